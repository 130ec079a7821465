import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawGraticule } from './graticule.ts';
import { boundsOf, nearestTurn, parsePosition } from './positions.ts';

const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lng = fc.double({ min: -180, max: 180, noNaN: true });

describe('a position', () => {
  it('is read as it was said', () => {
    const position = { lat: 52.5, lng: 13.4, accuracy: 12, heading: 90 };
    expect(parsePosition(position)).toEqual(position);
    expect(parsePosition({ lat: 0, lng: -180 })).toEqual({ lat: 0, lng: -180, accuracy: null, heading: null });
  });

  it('that is nowhere on earth is none, and what is odd about it is left out', () => {
    for (const odd of [
      null,
      'here',
      {},
      { lat: 91, lng: 0 },
      { lat: 0, lng: 181 },
      { lat: Number.NaN, lng: 0 },
      { lat: '1', lng: 0 },
    ]) {
      expect(parsePosition(odd)).toBeNull();
    }
    expect(parsePosition({ lat: 1, lng: 2, accuracy: -1, heading: 400 })).toMatchObject({
      accuracy: null,
      heading: null,
    });
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        const position = parsePosition(anything);
        if (position !== null) expect(Math.abs(position.lat) <= 90 && Math.abs(position.lng) <= 180).toBe(true);
      }),
    );
  });

  it('across the date line is near, and the same meridian', () => {
    expect(nearestTurn(-179, 179)).toBe(181);
    fc.assert(
      fc.property(lng, fc.double({ min: -900, max: 900, noNaN: true }), (meridian, near) => {
        const turned = nearestTurn(meridian, near);
        expect(Math.abs(turned - near)).toBeLessThanOrEqual(180 + 1e-6);
        expect(Math.abs(Math.round((turned - meridian) / 360) * 360 - (turned - meridian))).toBeLessThan(1e-6);
      }),
    );
  });

  it('is within what is shown of all of them', () => {
    expect(boundsOf([])).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.record({ lat, lng }), { minLength: 1, maxLength: 10 }), (places) => {
        const bounds = boundsOf(places);
        for (const place of places) {
          expect(bounds !== null && place.lat >= bounds.south && place.lat <= bounds.north).toBe(true);
          expect(bounds !== null && place.lng >= bounds.west && place.lng <= bounds.east).toBe(true);
        }
      }),
    );
  });
});

describe('a map without tiles', () => {
  it('has lines at round degrees, within what is shown', () => {
    const { step, parallels, meridians } = drawGraticule({ south: 52.33, west: 13.08, north: 52.68, east: 13.77 });
    expect(step).toBe(0.1);
    expect(parallels).toEqual([52.4, 52.5, 52.6]);
    expect(meridians).toEqual([13.1, 13.2, 13.3, 13.4, 13.5, 13.6, 13.7]);
  });

  it('[G4] has few of them, however much or little of the world it shows', () => {
    const side = fc.double({ min: 0, max: 2_000, noNaN: true });
    fc.assert(
      fc.property(lat, lng, side, side, (south, west, height, width) => {
        const { parallels, meridians } = drawGraticule({ south, west, north: south + height, east: west + width });
        expect(parallels.length).toBeLessThanOrEqual(13);
        expect(meridians.length).toBeLessThanOrEqual(13);
      }),
    );
  });
});
