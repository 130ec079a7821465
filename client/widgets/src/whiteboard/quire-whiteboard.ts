import { h, svg } from '../base/h.ts';
import { follow, type Held, onceLoaded } from '../base/held.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { type Board, openBoard } from './board.ts';
import { followHand } from './drawing-hand.ts';
import { draw, erase } from './gestures.ts';
import { createKeyboardHand, FINE_STEP, type KeyboardHand, LONG_STEP } from './keyboard-hand.ts';
import { createPicture, type Picture } from './picture.ts';
import { type Pointers, watchPointers } from './pointers.ts';
import { createSelection, type Selection } from './selection.ts';
import { pressOnSelection } from './selection-keys.ts';
import { whiteboardStyles } from './styles.ts';
import { writeSvg } from './to-svg.ts';
import { colors, createTools, sizes, type Tool, type ToolState, type Tools } from './tools.ts';
import {
  BOARD_HEIGHT,
  BOARD_WIDTH,
  middleOf,
  pan,
  reveal,
  type View,
  viewBox,
  wholeBoard,
  ZOOM_STEP,
  zoomAt,
} from './view.ts';
import { whiteboardWords } from './words.ts';

const DEFAULT_FIELD = 'board';
const PAN_STEP = 60;
/** Of one notch of a wheel. */
const WHEEL_ZOOM = 0.002;
const keyWords = { ready: 'keysReady', lifted: 'keysLifted', down: 'keysDown' } as const;

interface ShownBoard {
  readonly board: Board;
  readonly picture: Picture;
  readonly selection: Selection;
  readonly paper: HTMLElement;
  readonly drawing: SVGSVGElement;
  readonly tools: Tools;
  readonly pointers: Pointers;
  readonly keyboard: KeyboardHand;
  /** Says what the keys of the board do now. */
  readonly keys: HTMLElement;
}

/** A board on which everybody draws. What is drawn lasts: it is in the document. */
export class QuireWhiteboard extends QuireElement {
  static override readonly tag = 'quire-whiteboard';
  static override readonly styles = whiteboardStyles;
  static override readonly words = whiteboardWords;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'field', 'readOnly'];
  #shown: ShownBoard | null = null;
  #state: ToolState = { tool: 'pen', color: colors[0]?.value ?? '', size: sizes[0]?.value ?? 1 };
  #view: View = wholeBoard;
  #mayEdit = false;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'field', 'readonly'];
  }

  /** The shared array that the strokes are in. */
  get field(): string {
    return this.getAttribute('field')?.trim() || DEFAULT_FIELD;
  }

  set field(value: string | null | undefined) {
    reflect(this, 'field', value);
  }

  get readOnly(): boolean {
    return this.hasAttribute('readonly');
  }

  set readOnly(value: boolean | null | undefined) {
    this.toggleAttribute('readonly', value ?? false);
  }

  get canUndo(): boolean {
    return this.#canDraw && this.#shown?.board.canUndo === true;
  }

  get canRedo(): boolean {
    return this.#canDraw && this.#shown?.board.canRedo === true;
  }

  /** Takes back what this person last drew, moved or erased. */
  undo(): void {
    this.#shown?.selection.settle();
    if (this.canUndo) this.#shown?.board.undo();
  }

  redo(): void {
    this.#shown?.selection.settle();
    if (this.canRedo) this.#shown?.board.redo();
  }

  /** Erases everything, as one thing to undo. */
  clear(): void {
    const shown = this.#shown;
    if (shown === null || !this.#canDraw) return;
    shown.board.startStep();
    shown.board.erase(new Set(shown.board.strokes()));
  }

  /** The board as a file; null while there is none to show. */
  toSVG(): string | null {
    return this.#shown === null ? null : writeSvg(this.#shown.picture.strokes());
  }

  protected override changed(name: string): void {
    if (name === 'field') this.showAgain();
    else this.#render();
  }

  protected override show(held: Held): () => void {
    let close = () => {};
    // A board that is not there yet is not shown as an empty one (G3).
    onceLoaded(held, () => {
      close = this.#draw(held);
    });
    return () => close();
  }

  get #canDraw(): boolean {
    return this.#mayEdit && !this.readOnly;
  }

  #draw({ room, root, signal }: Held): () => void {
    const board = openBoard(room.doc, this.field, (change) => {
      picture.follow(change);
      selection.follow();
      this.#render();
      this.tell('board', { strokes: picture.count });
    });
    const picture = createPicture(board);
    const selection = createSelection({ board, picture, onChange: () => this.#render() });
    const tools = createTools({
      word: (key) => this.word(key),
      onChange: (state) => {
        this.#state = { ...this.#state, ...state };
        this.#render();
      },
      onUndo: () => this.undo(),
      onRedo: () => this.redo(),
      onRemove: () => selection.remove(),
      onZoom: (factor) => this.#look(factor === null ? wholeBoard : zoomAt(this.#view, factor, middleOf(this.#view))),
      onLeave: () => paper.focus(),
    });
    const pointers = watchPointers(room, this.field, () => this.#view);
    const keyboard = createKeyboardHand({
      readView: () => this.#view,
      mayBegin: () => this.#drawingTool !== null,
      begin: () =>
        this.#drawingTool === 'eraser'
          ? erase(board, picture)
          : draw(board, picture, { ...this.#state, hasPressure: true }),
      onPoint: (at) => {
        pointers.point(at);
        if (at !== null) this.#look(reveal(this.#view, at));
      },
      onState: () => this.#render(),
    });
    const drawing = svg(
      'svg',
      { part: 'board', 'aria-hidden': 'true' },
      picture.element,
      selection.element,
      keyboard.element,
    );
    const keys = h('p', { class: 'keys', part: 'keys', role: 'status' });
    const paper = h(
      'div',
      { class: 'paper', part: 'paper', tabindex: 0, role: 'group' },
      drawing,
      pointers.element,
      keys,
    );
    const box = h('div', { class: 'box' }, tools.element, paper);
    root.append(box);
    this.#shown = { board, picture, selection, paper, drawing, tools, pointers, keyboard, keys };

    const layAside = () => {
      keyboard.rest();
      selection.settle();
    };
    box.addEventListener('keydown', (event) => this.#key(event));
    paper.addEventListener('focus', () => this.#render());
    paper.addEventListener('blur', () => {
      layAside();
      this.#render();
    });
    // A hand that comes down takes over: one thing at a time is drawn, and undone.
    paper.addEventListener('pointerdown', layAside, { capture: true });
    paper.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    const stopHand = followHand({
      paper: drawing,
      board,
      picture,
      selection,
      readTool: () => this.#tool,
      mayDraw: () => this.#canDraw,
      readInk: () => this.#state,
      onPoint: (at) => pointers.point(at),
      onPan: (dx, dy) => this.#look(pan(this.#view, dx, dy)),
      onZoom: (factor, at) => this.#look(zoomAt(this.#view, factor, at)),
    });
    const resized = new ResizeObserver(() => pointers.arrange());
    resized.observe(paper);
    follow(room.status, signal, ({ canEdit }) => {
      this.#mayEdit = canEdit;
      this.#render();
    });

    return () => {
      stopHand();
      layAside();
      resized.disconnect();
      pointers.close();
      board.close();
      this.#shown = null;
    };
  }

  /** Who may not draw can still look around. */
  get #tool(): Tool | null {
    if (this.#canDraw || this.#state.tool === 'hand') return this.#state.tool;
    return this.#view.zoom > 1 ? 'hand' : null;
  }

  /** What draws or erases; null where nothing does. */
  get #drawingTool(): 'pen' | 'eraser' | null {
    const tool = this.#tool;
    return tool === 'pen' || tool === 'eraser' ? tool : null;
  }

  #render(): void {
    const shown = this.#shown;
    if (shown === null) return;
    const { zoom } = this.#view;
    const { canUndo, canRedo } = this;
    // It changes what is shown: here again, with nothing selected.
    if (this.#tool !== 'select' && shown.selection.keys.size > 0) {
      shown.selection.choose(new Set());
      return;
    }
    const canRemove = shown.selection.keys.size > 0;
    shown.tools.show({ ...this.#state, canDraw: this.#canDraw, canUndo, canRedo, canRemove, zoom });
    shown.drawing.setAttribute('viewBox', viewBox(this.#view));
    shown.paper.dataset.tool = this.#tool ?? 'none';
    shown.paper.setAttribute('aria-label', this.#describe(shown.picture.count));
    if (this.#drawingTool === null) shown.keyboard.rest();
    this.#sayKeys(shown);
  }

  #sayKeys(shown: ShownBoard): void {
    const { paper, keyboard, keys } = shown;
    const isForKeys = keyboard.state !== 'ready' || paper.matches(':focus-visible');
    const words = isForKeys ? this.#describeKeys(shown) : '';
    // A line that says the same again is read out again.
    if (keys.textContent !== words) keys.textContent = words;
  }

  #describeKeys({ board, selection, keyboard }: ShownBoard): string {
    const tool = this.#drawingTool;
    if (tool !== null) return this.word(keyWords[keyboard.state], { tool: this.word(tool) });
    if (this.#tool !== 'select') return '';
    const [strokes, selected] = [board.strokes(), selection.keys.size];
    if (selected === 0) return this.word('keysSelect');
    const number = strokes.findIndex((key) => selection.keys.has(key)) + 1;
    const count = strokes.length;
    const what =
      selected === 1 ? this.word('strokeOf', { number, count }) : this.word('strokesOf', { selected, count });
    const { step } = selection;
    if (step === null) return this.word('keysSelected', { what });
    if (!step.hasMoved) return this.word('keysAtEdge', { what });
    // Where to, too: each step says something else, and so is read out.
    const [x, y] = [Math.round(step.middle.x), Math.round(step.middle.y)];
    return this.word('keysMoved', { what, x, y, width: BOARD_WIDTH, height: BOARD_HEIGHT });
  }

  #describe(count: number): string {
    if (count === 0) return this.word('boardEmpty');
    return count === 1 ? this.word('boardOne') : this.word('board', { count });
  }

  #look(view: View): void {
    this.#view = view;
    this.#render();
    this.#shown?.pointers.arrange();
    this.#shown?.keyboard.arrange();
  }

  /** As long as somebody presses Ctrl, which is also what a pinch on a touchpad is told as; else the wheel is the page's. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const matrix = this.#shown?.drawing.getScreenCTM();
    if (matrix === null || matrix === undefined) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    this.#look(zoomAt(this.#view, Math.exp(-event.deltaY * WHEEL_ZOOM), at));
  }

  #key(event: KeyboardEvent): void {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z';
    if (isUndo) {
      if (event.shiftKey) this.redo();
      else this.undo();
    } else if (event.ctrlKey && event.key.toLowerCase() === 'y') this.redo();
    else if (event.target === this.#shown?.paper && this.#select(event)) event.stopPropagation();
    else if (event.target !== this.#shown?.paper || event.ctrlKey || event.metaKey) return;
    // Of what is around the board nobody hears of it: Escape would close it.
    else if (this.#shown?.keyboard.press(event) === true) event.stopPropagation();
    else if (!this.#move(event.key)) return;
    event.preventDefault();
  }

  /** @returns whether the key does anything with what is selected */
  #select(event: KeyboardEvent): boolean {
    const shown = this.#shown;
    if (shown === null || this.#tool !== 'select') return false;
    const step = (event.shiftKey ? LONG_STEP : FINE_STEP) / this.#view.zoom;
    return pressOnSelection(shown.selection, shown.board, event, step);
  }

  /** @returns whether the key does anything */
  #move(key: string): boolean {
    const step = PAN_STEP / this.#view.zoom;
    switch (key) {
      case 'ArrowLeft':
        this.#look(pan(this.#view, -step, 0));
        return true;
      case 'ArrowRight':
        this.#look(pan(this.#view, step, 0));
        return true;
      case 'ArrowUp':
        this.#look(pan(this.#view, 0, -step));
        return true;
      case 'ArrowDown':
        this.#look(pan(this.#view, 0, step));
        return true;
      case '+':
        this.#look(zoomAt(this.#view, ZOOM_STEP, middleOf(this.#view)));
        return true;
      case '-':
        this.#look(zoomAt(this.#view, 1 / ZOOM_STEP, middleOf(this.#view)));
        return true;
      case '0':
        this.#look(wholeBoard);
        return true;
      default:
        return false;
    }
  }
}
