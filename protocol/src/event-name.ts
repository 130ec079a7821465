export const MAX_EVENT_NAME_LENGTH = 64;

export const EVENT_NAME_WORDS = `the name of an event has 1 to ${MAX_EVENT_NAME_LENGTH} characters, and no control characters`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

export function isEventName(text: string): boolean {
  return text !== '' && text.length <= MAX_EVENT_NAME_LENGTH && !controlCharacter.test(text) && text.isWellFormed();
}
