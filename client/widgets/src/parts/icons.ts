import { icon } from '../base/icon.ts';

export const check = () => icon('M5 12.5l4.5 4.5L19 7.5');
export const down = () => icon('M12 5v14', 'M6 13l6 6 6-6');
export const pen = () => icon('M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19z', 'M14.5 6.5l3 3');
export const eraser = () =>
  icon('M8.5 19.5L4 15l9.5-9.5a2 2 0 0 1 2.8 0l2.7 2.7a2 2 0 0 1 0 2.8L10.5 19.5z', 'M9 10l5.5 5.5', 'M8 19.5h12');
export const arrow = () => icon('M6 3.5l12.5 10-6 .8 3.3 6-2.4 1.2-3.2-6L6 19.5z');
export const hand = () =>
  icon('M12 3v18', 'M3 12h18', 'M9 6l3-3 3 3', 'M9 18l3 3 3-3', 'M6 9l-3 3 3 3', 'M18 9l3 3-3 3');
export const undoArrow = () => icon('M9 14L4 9l5-5', 'M4 9h10a6 6 0 0 1 0 12h-3');
export const redoArrow = () => icon('M15 14l5-5-5-5', 'M20 9H10a6 6 0 0 0 0 12h3');
export const plus = () => icon('M12 5v14', 'M5 12h14');
export const minus = () => icon('M5 12h14');
export const corners = () => icon('M4 9V4h5', 'M20 9V4h-5', 'M4 15v5h5', 'M20 15v5h-5');
export const locate = () => icon('M12 2v4', 'M12 18v4', 'M2 12h4', 'M18 12h4', 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z');
export const bell = () => icon('M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z', 'M10 21h4');
export const cross = () => icon('M6 6l12 12', 'M18 6L6 18');
export const bin = () => icon('M5 7h14', 'M10 7V4h4v3', 'M7 7l1 13h8l1-13');
export const reopen = () => icon('M4 12a8 8 0 1 0 2.5-5.8', 'M4 4v4h4');
