import type { Pointer } from './pointer.ts';

/** The parts of an element that places are given in, so that they are right where the whole is laid out in another way. */
export function findAnchor(
  host: Element,
  selector: string | null,
  target: Element,
): Pick<Pointer, 'anchor'> & { readonly box: Element } {
  for (const [index, box] of anchorsIn(host, selector).entries()) {
    if (box.contains(target) && !hasNearer(host, selector, box, target)) return { box, anchor: nameOf(box) ?? index };
  }
  return { box: host, anchor: null };
}

/** The anchor that somebody else means; null where this page has none such. A name is never taken for a selector. */
export function resolveAnchor(host: Element, selector: string | null, anchor: Pointer['anchor']): Element | null {
  if (anchor === null) return host;
  const anchors = anchorsIn(host, selector);
  return (typeof anchor === 'number' ? anchors[anchor] : anchors.find((box) => nameOf(box) === anchor)) ?? null;
}

/** `data-anchor`, or the element's id: a place among others is another one where a list is in another order. */
function nameOf(element: Element): string | null {
  const name = element.getAttribute('data-anchor') ?? element.id;
  return name === '' ? null : name;
}

function anchorsIn(host: Element, selector: string | null): readonly Element[] {
  return selector === null || selector === '' ? [] : [...host.querySelectorAll(selector)];
}

function hasNearer(host: Element, selector: string | null, box: Element, target: Element): boolean {
  return anchorsIn(host, selector).some((other) => other !== box && box.contains(other) && other.contains(target));
}
