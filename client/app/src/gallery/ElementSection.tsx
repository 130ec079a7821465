import { presenceColors } from '@quire/widgets/people';
import { useMemo, useRef } from 'react';
import { documentOf, type GalleryElement } from './elements.ts';
import { Pane } from './Pane.tsx';
import { type Example, type PanePerson, writeExample } from './pane-page.ts';
import { Reference } from './Reference.tsx';
import { Source } from './Source.tsx';
import { useNear } from './use-near.ts';
import { useOutside } from './use-outside.ts';

const [violet, , , , teal] = presenceColors;
const ada: PanePerson = { name: 'Ada', color: violet?.value ?? '' };
const ben: PanePerson = { name: 'Ben', color: teal?.value ?? '' };

/** What is shown in the place of a token. */
const YOUR_TOKEN = '…';

interface ElementSectionProps {
  readonly element: GalleryElement;
  /** Empty where this page has none. */
  readonly token: string;
  readonly isLive: boolean;
}

export function ElementSection({ element, token, isLive }: ElementSectionProps) {
  const section = useRef<HTMLElement>(null);
  const adasFrame = useRef<HTMLIFrameElement>(null);
  const bensFrame = useRef<HTMLIFrameElement>(null);
  const isWanted = useNear(section) && isLive;
  const { tag, title, summary, markup, height } = element;
  const example = useMemo<Omit<Example, 'person'>>(
    () => ({ origin: location.origin, document: documentOf(tag), token: token === '' ? null : token, markup }),
    [tag, token, markup],
  );
  const adas = useMemo(() => ({ ...example, person: ada }), [example]);
  const bens = useMemo(() => ({ ...example, person: ben }), [example]);
  const outside = useOutside(tag, adasFrame);
  const shown = writeExample({ ...adas, token: token === '' ? null : YOUR_TOKEN });

  return (
    <section ref={section} id={tag} className="gallery-element" aria-labelledby={`${tag}-title`}>
      <header>
        <h2 id={`${tag}-title`}>{title}</h2>
        <code>{`<${tag}>`}</code>
        <p className="gallery-summary">{summary}</p>
      </header>
      <div className="gallery-stage">
        <div className="gallery-code">
          <Source label={`the HTML of ${title}`} language="html">
            {shown}
          </Source>
          {outside !== null && (
            <Source label={outside.whose} language="plain">
              {outside.code}
            </Source>
          )}
        </div>
        <div className="gallery-live">
          <div className="gallery-panes" style={{ minHeight: height }}>
            <Pane person={ada} example={isWanted ? adas : null} title={title} frame={adasFrame} />
            <Pane person={ben} example={isWanted ? bens : null} title={title} frame={bensFrame} />
          </div>
          {outside !== null && (
            <div className="gallery-outside">
              <button type="button" className="button" disabled={!isWanted} onClick={outside.act}>
                {outside.label}
              </button>
              <p className="gallery-outside-words">{outside.words}</p>
            </div>
          )}
        </div>
      </div>
      <Reference element={element} />
    </section>
  );
}
