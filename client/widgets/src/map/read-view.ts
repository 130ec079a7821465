import type { MapView } from './leaflet-map.ts';
import { parsePosition } from './positions.ts';

const DEFAULT_ZOOM = 12;
const MAX_ZOOM = 24;

/** `center="52.52, 13.4" zoom="12"`; null where no place is named. */
export function parseView(center: string | null, zoom: string | null): MapView | null {
  const [lat, lng, ...more] = (center ?? '').split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const place = more.length > 0 ? null : parsePosition({ lat, lng });
  if (place === null) return null;
  const level = Number(zoom ?? DEFAULT_ZOOM);
  return { center: [place.lat, place.lng], zoom: level >= 0 && level <= MAX_ZOOM ? level : DEFAULT_ZOOM };
}
