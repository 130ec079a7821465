import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import {
  type OwnProcessServer,
  readerServerProgram,
  type ServerProcess,
  startServer,
  writerToken,
} from '@quire/testing';
import * as Y from 'yjs';
import { type ExampleSite, startExampleSite } from './example-site.ts';
import { type Actor, test as base, expect } from './fixtures.ts';

interface Stage {
  readonly site: ExampleSite;
  readonly server: ServerProcess;
  /** Where pages, which bring no token, may only read. */
  readonly readers: OwnProcessServer;
}

/** One build and one server for all tests of a worker: each example has a document of its own. */
const test = base.extend<object, { readonly stage: Stage }>({
  stage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
    async ({}, use) => {
      const [site, server, readers] = await Promise.all([
        startExampleSite(),
        startServer({ ownProcess: true }),
        startServer({ ownProcess: true, program: readerServerProgram }),
      ]);
      await use({ site, server, readers });
      site.close();
      await Promise.all([server.stop(), readers.stop()]);
    },
    { scope: 'worker' },
  ],
  address: async ({ stage }, use) => use(stage.server.url),
});

interface TextExample {
  /** What the page says once everything is on the server's disk. */
  readonly settled: string;
  /** What it says to who may only read. */
  readonly viewing: string;
  /** Where the name of somebody else stands, beside their caret. Null where the binding shows none. */
  readonly caretName: string | null;
  /** Whether Ctrl + Z is the binding's. */
  readonly undoes: boolean;
}

const SAVED = 'Saved';
const ADAS = 'Ada’s. ';
const SHARED = 'Shared.';
const editor = { settled: SAVED, viewing: 'View only', undoes: true };

/** By their folders in client/examples. */
const TEXT_EXAMPLES: Readonly<Record<string, TextExample>> = {
  codemirror: { ...editor, caretName: '.cm-ySelectionInfo' },
  'hocuspocus-provider': { ...editor, viewing: SAVED, caretName: '.collaboration-carets__label' },
  lexical: { ...editor, caretName: '#carets' },
  prosemirror: { ...editor, caretName: '.ProseMirror-yjs-cursor > div' },
  quill: { ...editor, caretName: '.ql-cursor-name' },
  react: { ...editor, caretName: null, undoes: false },
  tiptap: { ...editor, caretName: '.collaboration-carets__label' },
  'y-websocket': {
    ...editor,
    caretName: '.cm-ySelectionInfo',
    settled: 'connected',
    viewing: 'connected, view only',
  },
};

const folder = join(dirname(dirname(import.meta.dirname)), 'client', 'examples');
const present = globSync('*/index.html', { cwd: folder }).map(dirname).sort();

for (const name of present.filter((each) => each !== 'shared-maps')) {
  test(`two people write at once in the example for ${name}, and each takes back only what they wrote`, async ({
    ada,
    ben,
    stage,
  }) => {
    const example = findTextExample(name);
    const [adasText, bensText] = await Promise.all([open(ada, name, stage), open(ben, name, stage)]);

    await bensText.click();
    await bensText.pressSequentially('Shared.');
    await expectText([adasText, bensText], 'Shared.');

    await adasText.click();
    await adasText.press('Home');
    await bensText.press('End');
    await Promise.all([adasText.pressSequentially(ADAS), bensText.pressSequentially(' Ben’s.')]);
    await expectText([adasText, bensText], `${ADAS}Shared. Ben’s.`);

    if (example.caretName !== null) {
      await expect(ben.page.locator(example.caretName)).toHaveText('Ada');
      await expect(ada.page.locator(example.caretName)).toHaveText('Ben');
    }
    if (example.undoes) {
      // More often than she has typed: what others wrote is not hers to take back.
      for (let times = 0; times < ADAS.length + 3; times += 1) await adasText.press('Control+z');
      await expectText([adasText, bensText], 'Shared. Ben’s.');
    }

    await expect(ada.page.locator('#status')).toHaveText(example.settled);
    const text = await readText(bensText);
    await ada.page.reload();
    await expectText([textOf(ada.page)], text);
    await expect(ada.page.locator('#status')).toHaveText(example.settled);
  });
}

test('two people write at once in the example for shared-maps, and each takes back only what they wrote', async ({
  ada,
  ben,
  stage,
}) => {
  for (const { page, name } of [ada, ben]) await page.goto(addressOf('shared-maps', name, stage));
  const items = (page: Page) => page.getByRole('listitem');
  await Promise.all([add(ada.page, ['Bread', 'Salt']), add(ben.page, ['Milk', 'Eggs'])]);
  await expect(items(ada.page)).toHaveCount(4);
  const order = await items(ada.page).allTextContents();
  expect(order.map((text) => text.trim()).sort()).toEqual(['Bread', 'Eggs', 'Milk', 'Salt']);
  await expect(items(ben.page)).toHaveText(order);

  await ben.page.getByRole('checkbox', { name: 'Salt' }).check();
  await expect(ada.page.getByRole('checkbox', { name: 'Salt' })).toBeChecked();

  for (let times = 0; times < 4; times += 1) await ada.page.getByRole('button', { name: 'Undo' }).click();
  const left = order.filter((text) => /Milk|Eggs/.test(text));
  await expect(items(ada.page)).toHaveText(left);
  await expect(items(ben.page)).toHaveText(left);

  await expect(ada.page.locator('#status')).toHaveText(SAVED);
  await ada.page.reload();
  await expect(items(ada.page)).toHaveText(left);
  await expect(ada.page.locator('#status')).toHaveText(SAVED);
});

for (const name of present.filter((each) => each !== 'shared-maps')) {
  test(`who may only read changes nothing in the example for ${name}`, async ({ ada, ben, stage }) => {
    const { settled, viewing } = findTextExample(name);
    const document = `${name}-to-read`;
    const adasText = await open(ada, name, stage, document);
    await adasText.click();
    await adasText.pressSequentially(SHARED);
    await expect(ada.page.locator('#status')).toHaveText(settled);
    const readers = await bringOver(document, stage);

    await ben.page.goto(addressOf(name, 'Ben', { ...stage, server: stage.readers }, document));
    const bensText = ben.page.locator('[aria-label=Text]');
    await expectText([bensText], SHARED);
    await expect(ben.page.locator('#status')).toHaveText(viewing);
    await bensText.click({ force: true });
    await ben.page.keyboard.type('Not his.');
    await expect.poll(() => isReadOnly(bensText)).toBe(true);
    await expectText([bensText], SHARED);
    expect(Y.encodeStateVector(readers.doc)).toEqual(readers.stateVector);
  });
}

test('who may only read changes nothing in the example for shared-maps', async ({ ada, stage }) => {
  const writer = await stage.readers.join('shared-maps', { token: writerToken });
  writer.doc.getArray('items').push([new Y.Map(Object.entries({ text: 'Bread', done: false }))]);
  await writer.saved();
  await ada.page.goto(addressOf('shared-maps', 'Ada', { ...stage, server: stage.readers }));
  const box = ada.page.locator('input[type=checkbox]');
  await box.click({ force: true });
  await expect(box).not.toBeChecked();
});

test('who may only read begins no document in the example for y-websocket', async ({ ada, stage }) => {
  await ada.page.goto(addressOf('y-websocket', 'Ada', { ...stage, server: stage.readers }, 'not-begun'));
  await expect(ada.page.locator('#status')).toHaveText(findTextExample('y-websocket').viewing);
  expect(await isReadOnly(ada.page.locator('[aria-label=Text]'))).toBe(true);
  expect((await fetch(`${stage.readers.url}/v1/documents/not-begun`)).status).toBe(404);
});

test('who may write is asked again in the example for y-websocket when the first question was lost', async ({
  ada,
  stage,
}) => {
  await ada.page.route('**/v1/documents/**', (route) => route.abort(), { times: 1 });
  const text = await open(ada, 'y-websocket', stage, 'asked-twice');
  await expect.poll(() => isReadOnly(text)).toBe(false);
});

/** Its provider knows that it is not connected, and no more. */
const TOLD = present.filter((name) => name !== 'y-websocket');

test('who is not let in is told so by every example that can tell, before there is anything to show', async ({
  browser,
  stage,
}) => {
  const server = await startServer({ ownProcess: true, auth: 'tokens' });
  // Not somebody's page: what nobody catches is meant for the console here.
  const page = await browser.newPage();
  try {
    for (const name of TOLD) {
      await page.goto(addressOf(name, 'Ada', { ...stage, server }));
      await expect(page.locator('#status'), name).toHaveText(/^(Can’t save: you are not signed in|Refused: .+)$/);
    }
  } finally {
    await page.close();
    await server.stop();
  }
});

test('no page of the examples has both bindings of ProseMirror, which do not know each other', ({ stage }) => {
  const { packages } = stage.site;
  expect([...packages.keys()].sort()).toEqual(present);
  const having = (name: string) => [...packages].filter(([, loaded]) => loaded.has(name)).map(([page]) => page);
  expect(having('@tiptap/y-tiptap').sort()).toEqual(['hocuspocus-provider', 'tiptap']);
  expect(having('y-prosemirror')).toEqual(['prosemirror']);
  expect(having('yjs').sort()).toEqual(present);
});

function findTextExample(name: string): TextExample {
  const example = TEXT_EXAMPLES[name];
  if (example === undefined) throw new Error(`nothing is known of the example ${name}: say here how it shows its text`);
  return example;
}

/** What one server has stored, to the one where pages may only read it; resolves with who brought it there. */
async function bringOver(document: string, { server, readers }: Stage) {
  let update = new Uint8Array();
  // y-websocket is told of no receipts: that it is connected does not say how far what was typed has come.
  const countCharacters = async (): Promise<number> => {
    const answer = await fetch(`${server.url}/v1/documents/${document}/update`);
    update = new Uint8Array(await answer.arrayBuffer());
    const clocks = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(update)).values();
    return [...clocks].reduce((sum, clock) => sum + clock, 0);
  };
  await expect.poll(countCharacters).toBeGreaterThanOrEqual(SHARED.length);
  const writer = await readers.join(document, { token: writerToken });
  Y.applyUpdate(writer.doc, update);
  await writer.saved();
  return { doc: writer.doc, stateVector: Y.encodeStateVector(writer.doc) };
}

function isReadOnly(text: Locator): Promise<boolean> {
  return text.evaluate((element) =>
    element instanceof HTMLTextAreaElement ? element.readOnly : !(element as HTMLElement).isContentEditable,
  );
}

async function open({ page, name }: Actor, example: string, stage: Stage, document = example): Promise<Locator> {
  await page.goto(addressOf(example, name, stage, document));
  const text = textOf(page);
  await expect.poll(() => isReadOnly(text)).toBe(false);
  return text;
}

function addressOf(example: string, name: string, { site, server }: Stage, document = example): string {
  return `${site.url}/${example}/?${new URLSearchParams({ server: server.wsUrl, document, name })}`;
}

function textOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Text' });
}

/** What is written, without the names beside carets, which editors put into the text. */
function readText(text: Locator): Promise<string> {
  return text.evaluate((element) => {
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) return element.value;
    const copy = element.cloneNode(true) as Element;
    for (const caret of copy.querySelectorAll(
      '.collaboration-carets__caret, .ProseMirror-yjs-cursor, .cm-ySelectionCaret',
    )) {
      caret.remove();
    }
    return copy.textContent?.replaceAll(/[\u2060\ufeff]/g, '').replaceAll('\u00a0', ' ') ?? '';
  });
}

async function expectText(texts: readonly Locator[], expected: string): Promise<void> {
  for (const text of texts) await expect.poll(() => readText(text)).toBe(expected);
}

async function add(page: Page, items: readonly string[]): Promise<void> {
  for (const item of items) {
    await page.getByLabel('New item').fill(item);
    await page.getByLabel('New item').press('Enter');
  }
}
