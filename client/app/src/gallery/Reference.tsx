import type { GalleryElement } from './elements.ts';

/** What a page can say to an element, and hear of it. */
export function Reference({ element: { title, reference } }: { readonly element: GalleryElement }) {
  return (
    <details className="gallery-reference">
      <summary>
        Attributes, events and more<span className="visually-hidden"> of {title}</span>
      </summary>
      {reference.map(({ heading, rows }) => (
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
