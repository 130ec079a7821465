import {
  type Circle,
  circle,
  type DivIcon,
  divIcon,
  type LatLngBoundsExpression,
  type LayerGroup,
  type Map as LeafletMap,
  layerGroup,
  type Marker,
  map as makeMap,
  marker,
  noConflict,
  polyline,
  type TileLayer,
  tileLayer,
} from 'leaflet';
import { h } from '../base/h.ts';
import { initialsOf } from '../base/initials.ts';
import { safeColor } from '../base/presence-colors.ts';
import type { Spot } from '../motion/glide.ts';
import { drawGraticule } from './graticule.ts';
import type { Bounds } from './positions.ts';

// The package puts itself into the page's `window.L`: a page that has a Leaflet of its own keeps it.
noConflict();

/** Somebody as a map shows them. */
export interface Pin {
  readonly name: string;
  readonly color: string;
  readonly accuracy: number | null;
  readonly heading: number | null;
  readonly isMe: boolean;
}

export interface MapView {
  readonly center: Spot;
  readonly zoom: number;
}

/** A map with people on it, whatever draws it. */
export interface PeopleMap {
  /** @param template a page's own server of tiles; null: none, and lines of latitude and longitude instead */
  setTiles(template: string | null, maxZoom: number): void;
  pin(id: number, pin: Pin, spot: Spot): void;
  move(id: number, spot: Spot): void;
  unpin(id: number): void;
  setView(view: MapView): void;
  readView(): MapView;
  center(spot: Spot): void;
  /** Whether all of these are well within what is shown. */
  shows(spots: readonly Spot[]): boolean;
  fit(bounds: Bounds): void;
  zoomBy(steps: number): void;
  close(): void;
}

export interface PeopleMapOptions {
  readonly container: HTMLElement;
  readonly view: MapView;
  readonly isStill: boolean;
  /** Somebody moves the map by hand, or brings it nearer: by pointer, wheel, fingers, keys or buttons. */
  onGrab(): void;
  onChoose(id: number): void;
  onTileError(): void;
}

/** Closer is no use where there are two people in one room. */
const CLOSEST_FIT = 16;
const WIDEST_ZOOM = 1;

interface Pinned {
  readonly marker: Marker;
  readonly disc: HTMLElement;
  readonly label: HTMLElement;
  readonly around: Circle;
}

export function createPeopleMap(options: PeopleMapOptions): PeopleMap {
  return new LivePeopleMap(options);
}

class LivePeopleMap implements PeopleMap {
  readonly #map: LeafletMap;
  readonly #options: PeopleMapOptions;
  readonly #pins = new Map<number, Pinned>();
  readonly #lines: LayerGroup = layerGroup();
  readonly #resized: ResizeObserver;
  #tiles: TileLayer | null = null;
  #drawnLines = '';
  /** While the page moves the map; all its moves are over when the call returns. */
  #isSteered = false;

  constructor(options: PeopleMapOptions) {
    const { container, view, isStill, onGrab } = options;
    this.#options = options;
    this.#map = makeMap(container, {
      center: [...view.center],
      zoom: view.zoom,
      minZoom: WIDEST_ZOOM,
      zoomControl: false,
      // It would be written as HTML: whose map it is stands below, as text.
      attributionControl: false,
      // The wheel is the page's until somebody is in the map.
      scrollWheelZoom: false,
      zoomAnimation: !isStill,
      fadeAnimation: !isStill,
      inertia: !isStill,
    });
    // Of whatever else moves it Leaflet says no more than that it moves.
    this.#map.on('movestart', () => {
      if (!this.#isSteered) onGrab();
    });
    this.#map.on('focus', () => this.#map.scrollWheelZoom.enable());
    this.#map.on('blur', () => this.#map.scrollWheelZoom.disable());
    this.#map.on('moveend', () => this.#drawLines());
    this.#resized = new ResizeObserver(() => this.#map.invalidateSize({ animate: false }));
    this.#resized.observe(container);
  }

  setTiles(template: string | null, maxZoom: number): void {
    this.#tiles?.remove();
    const { center, zoom } = this.readView();
    // Otherwise Leaflet brings it there by itself, later, as if by hand.
    if (zoom > maxZoom) this.setView({ center, zoom: maxZoom });
    this.#map.setMaxZoom(maxZoom);
    this.#tiles = template === null ? null : tileLayer(template, { maxZoom });
    this.#tiles?.on('tileerror', () => this.#options.onTileError());
    this.#tiles?.addTo(this.#map);
    if (template === null) this.#lines.addTo(this.#map);
    else this.#lines.remove();
    this.#drawLines();
  }

  pin(id: number, pin: Pin, spot: Spot): void {
    const pinned = this.#pins.get(id) ?? this.#addPin(id, spot);
    const { disc, label, around } = pinned;
    const color = safeColor(pin.color);
    disc.style.setProperty('--person', color);
    disc.style.setProperty('--heading', `${pin.heading ?? 0}deg`);
    disc.classList.toggle('heads', pin.heading !== null);
    disc.classList.toggle('me', pin.isMe);
    disc.dataset.initials = initialsOf(pin.name);
    label.textContent = pin.name;
    around.setRadius(pin.accuracy ?? 0);
    (around.getElement() as SVGElement | undefined)?.style.setProperty('--person', color);
  }

  move(id: number, spot: Spot): void {
    const pinned = this.#pins.get(id);
    pinned?.marker.setLatLng([...spot]);
    pinned?.around.setLatLng([...spot]);
  }

  unpin(id: number): void {
    const pinned = this.#pins.get(id);
    pinned?.marker.remove();
    pinned?.around.remove();
    this.#pins.delete(id);
  }

  setView({ center, zoom }: MapView): void {
    this.#steer(() => this.#map.setView([...center], zoom, { animate: false }));
  }

  readView(): MapView {
    const { lat, lng } = this.#map.getCenter();
    return { center: [lat, lng], zoom: this.#map.getZoom() };
  }

  center(spot: Spot): void {
    this.#steer(() => this.#map.panTo([...spot], { animate: false }));
  }

  shows(spots: readonly Spot[]): boolean {
    const shown = this.#map.getBounds().pad(-0.05);
    return spots.every((spot) => shown.contains([...spot]));
  }

  fit({ south, west, north, east }: Bounds): void {
    const bounds: LatLngBoundsExpression = [
      [south, west],
      [north, east],
    ];
    const options = { padding: [40, 40] as [number, number], maxZoom: CLOSEST_FIT, animate: false };
    this.#steer(() => this.#map.fitBounds(bounds, options));
  }

  zoomBy(steps: number): void {
    // Before it begins to move: to go along with somebody in the meantime would end it.
    this.#options.onGrab();
    this.#map.zoomIn(steps, { animate: !this.#options.isStill });
  }

  close(): void {
    this.#resized.disconnect();
    this.#map.remove();
  }

  #steer(move: () => void): void {
    this.#isSteered = true;
    try {
      move();
    } finally {
      this.#isSteered = false;
    }
  }

  #addPin(id: number, spot: Spot): Pinned {
    const disc = h('span', { class: 'disc' });
    const label = h('span', { class: 'pin-label' });
    // Reached by pointers alone: the list of people below the map is the same for everybody else.
    const icon: DivIcon = divIcon({
      className: 'pin',
      html: h('span', { part: 'pin' }, disc, label),
      iconSize: [28, 28],
    });
    const pinned = {
      disc,
      label,
      marker: marker([...spot], { icon, keyboard: false }),
      around: circle([...spot], { radius: 0, className: 'accuracy', interactive: false }),
    };
    pinned.around.addTo(this.#map);
    pinned.marker.addTo(this.#map);
    pinned.marker.on('click', () => this.#options.onChoose(id));
    this.#pins.set(id, pinned);
    return pinned;
  }

  #drawLines(): void {
    if (!this.#map.hasLayer(this.#lines)) return;
    const shown = this.#map.getBounds();
    const [south, west, north, east] = [shown.getSouth(), shown.getWest(), shown.getNorth(), shown.getEast()];
    const lines = drawGraticule({ south, west, north, east });
    // While the map follows somebody it moves with every frame, and the lines mostly stay.
    const drawn = JSON.stringify([lines, this.#map.getZoom()]);
    if (drawn === this.#drawnLines) return;
    this.#drawnLines = drawn;
    this.#lines.clearLayers();
    const options = { className: 'graticule', interactive: false };
    // Longer than the view is wide, so that it can be moved a little before they are drawn anew.
    const [height, width] = [north - south, east - west];
    for (const lat of lines.parallels) {
      polyline(
        [
          [lat, west - width],
          [lat, east + width],
        ],
        options,
      ).addTo(this.#lines);
      this.#label(lat, west, `${Math.abs(lat)}°${lat < 0 ? ' S' : ' N'}`);
    }
    for (const lng of lines.meridians) {
      const [from, to] = [Math.max(south - height, -85), Math.min(north + height, 85)];
      polyline(
        [
          [from, lng],
          [to, lng],
        ],
        options,
      ).addTo(this.#lines);
      const turned = ((lng + 540) % 360) - 180;
      this.#label(south, lng, `${Number(Math.abs(turned).toFixed(3))}°${turned < 0 ? ' W' : ' E'}`);
    }
  }

  #label(lat: number, lng: number, text: string): void {
    const icon = divIcon({ className: 'degree', html: h('span', {}, text), iconSize: [0, 0], iconAnchor: [-4, 16] });
    marker([lat, lng], { icon, interactive: false, keyboard: false }).addTo(this.#lines);
  }
}
