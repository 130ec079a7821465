import { useState } from 'react';
import type { GalleryElement } from './elements.ts';

/** What a page can say to an element, and hear of it. Made when somebody asks: of all elements together it is most of the page. */
export function Reference({ element: { title, reference } }: { readonly element: GalleryElement }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="gallery-reference" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Attributes, events and more<span className="visually-hidden"> of {title}</span>
      </summary>
      {(isOpen ? reference : []).map(({ heading, rows }) => (
        <div key={heading} className="gallery-reference-group">
          <h3>{heading}</h3>
          <dl>
            {rows.map(({ name, description }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{description}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </details>
  );
}
