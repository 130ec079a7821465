import type { Client, Leftover } from '@quire/client';
import { useClient } from '@quire/client/react';
import { META_MAP, TITLE_KEY } from '@quire/widgets/document';
import { FileClock } from 'lucide-react';
import { Fragment, useEffect, useState } from 'react';
import { nameForPeople } from '../home/document-words.ts';
import { Link } from '../Link.tsx';
import { documentPath } from '../routes.ts';

/** More would be a list of its own; those that are shown are the newest. */
const MAX_SHOWN = 5;

interface NamedLeftover {
  readonly name: string;
  readonly title: string;
}

/** Who lost a document to a deletion may never open its name again: here they learn that something of theirs was kept. */
export function LeftoverNotice() {
  const { leftovers } = useClient();
  const [named, setNamed] = useState<readonly NamedLeftover[]>([]);

  useEffect(() => {
    let isShown = true;
    nameAll(leftovers).then(
      (all) => isShown && setNamed(all),
      () => {}, // this device's storage can't be read: then there is nothing to offer
    );
    return () => {
      isShown = false;
    };
  }, [leftovers]);

  if (named.length === 0) return null;
  return (
    <div className="banner is-warning" role="status">
      <FileClock aria-hidden />
      <p>
        <strong>Changes of yours were never saved:</strong> what you made them in was deleted. Open it to take them
        along, or to discard them:{' '}
        {named.map(({ name, title }, index) => (
          <Fragment key={name}>
            {index > 0 && ', '}
            <Link href={documentPath(name)}>{title}</Link>
          </Fragment>
        ))}
      </p>
    </div>
  );
}

async function nameAll(leftovers: Client['leftovers']): Promise<readonly NamedLeftover[]> {
  const listed = await leftovers.list();
  const newest = new Map<string, Leftover>();
  for (const leftover of listed) if (!newest.has(leftover.name)) newest.set(leftover.name, leftover);
  const shown = [...newest.values()].slice(0, MAX_SHOWN);
  return Promise.all(
    shown.map(async (leftover) => {
      const doc = await leftovers.read(leftover);
      const title = doc.getMap(META_MAP).get(TITLE_KEY);
      doc.destroy();
      const { name } = leftover;
      return { name, title: nameForPeople({ name, title: typeof title === 'string' ? title : '' }).title };
    }),
  );
}
