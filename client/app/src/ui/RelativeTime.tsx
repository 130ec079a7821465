import { chooseDateLocale, describeTime, describeTimeExactly } from './describe-time.ts';
import { useNow } from './use-now.ts';

const locale = chooseDateLocale(navigator.languages);

export function RelativeTime({ iso }: { readonly iso: string }) {
  const then = new Date(iso);
  const now = useNow();
  return (
    <time dateTime={iso} data-tooltip={describeTimeExactly(then, locale)}>
      {describeTime(then, new Date(Math.max(now, then.getTime())), locale)}
    </time>
  );
}
