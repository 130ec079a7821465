import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { DocumentName } from '@quire/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readObject } from '../../config/layers.ts';
import { parseConfig } from '../../config/parse-config.ts';
import type { ConfigInput } from '../../config.ts';
import { WebhookMeters } from '../../observability/metrics/webhook-meters.ts';
import {
  type Allowed,
  type AuthBackend,
  allowing,
  answering,
  startAuthBackend,
  staysSilent,
  WEBHOOK_SECRET,
} from '../../testing/auth-backend.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { type Access, AccessError, type AuthRequest } from '../authenticator.ts';
import { type ConfiguredAuthenticator, createAuthenticator } from '../create-authenticator.ts';
import { FAILURES_TO_OPEN, FIRST_OPENING_MS } from './circuit.ts';

const SECOND = 1_000;
const origins = { allowedOrigins: ['https://docs.example', '*'], isLoopbackOnly: false };

let clock: ManualClock;
let backend: AuthBackend;
let meters: WebhookMeters;
let authenticator: ConfiguredAuthenticator;
/** Lines of the log. */
let logged: { readonly level: number; readonly msg: string }[];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

beforeEach(async () => {
  clock = new ManualClock();
  logged = [];
  backend = await startAuthBackend(allow());
  ends.push(() => backend.close());
  await start();
});

const allow = (claims?: Allowed) => allowing(claims, () => clock.now());
/** An end so many seconds from now. */
const inSeconds = (seconds: number): number => clock.now() / 1000 + seconds;

async function start(webhook: ConfigInput['webhook'] = {}): Promise<void> {
  const settings = { url: backend.url, secrets: [WEBHOOK_SECRET], cookies: ['session', 'id'], ...webhook };
  const config = parseConfig([readObject({ kind: 'code' }, { webhook: settings })]);
  meters = new WebhookMeters();
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  authenticator = await createAuthenticator(config, { origins, clock, log, meters });
  ends.push(() => authenticator.close());
}

interface Brought {
  readonly address?: string;
  readonly headers?: Record<string, string>;
}

function enter(token: string, { address = '192.0.2.1', headers = {} }: Brought = {}): Promise<Access> {
  const request: AuthRequest = {
    token,
    document: 'plan' as DocumentName,
    remoteAddress: address,
    headers: new Headers(headers),
    url: new URL('http://docs.example/collab'),
  };
  return authenticator.authenticate(request);
}

/** Who somebody is let in as, or the name of the close code and the words for the log. */
function outcomeOf(entering: Promise<Access>): Promise<string> {
  return entering.then(
    ({ user }) => user.id,
    (error: unknown) => {
      if (error instanceof AccessError) return `${error.closeCode.name}: ${error.message}`;
      throw error;
    },
  );
}

const outcome = (token: string, brought?: Brought): Promise<string> => outcomeOf(enter(token, brought));

/** Once so many questions have reached the backend. */
const untilAsked = (times: number): Promise<void> =>
  vi.waitFor(() => expect(backend.asked.length).toBeGreaterThanOrEqual(times));

/** Different people fail to get in until the circuit opens. */
async function openCircuit(): Promise<void> {
  backend.respond = answering(500);
  for (let time = 0; time < FAILURES_TO_OPEN; time += 1) await outcome(`made-up-${time}`);
  expect(meters.state.isCircuitOpen()).toBe(true);
}

describe('[G6] a backend that is asked', () => {
  it('says who somebody is, what they may do, and for how long', async () => {
    backend.respond = allow({
      sub: 'ada',
      name: ' Ada ',
      color: '#7c3aed',
      picture: 'https://id.example/ada.png',
      exp: inSeconds(600),
      grants: [
        { documents: 'team/**', role: 'reader' },
        { documents: 'team/plan', role: 'owner' },
      ],
    });
    const { user, expiresAt, roleIn } = await enter('her token');
    const avatar = 'https://id.example/ada.png';
    expect(user).toEqual({ id: 'ada', name: 'Ada', color: '#7c3aed', avatar });
    expect(expiresAt).toBe(clock.now() + 600 * SECOND);
    const names = ['team/plan', 'team/other', 'elsewhere'] as DocumentName[];
    expect(names.map(roleIn)).toEqual(['owner', 'reader', null]);
  });

  it('is told the token, the address and the page, signed so that it knows who asks', async () => {
    await enter('her token', { address: '203.0.113.7', headers: { origin: 'https://docs.example', cookie: 'id=1' } });
    const [{ body = '', headers = {} } = {}] = backend.asked;
    expect(JSON.parse(body)).toEqual({
      token: 'her token',
      cookie: null,
      address: '203.0.113.7',
      origin: 'https://docs.example',
    });
    const id = String(headers['webhook-id']);
    expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(clock.now() / 1000));
    const signed = createHmac('sha256', Buffer.from(WEBHOOK_SECRET, 'base64'))
      .update(`${id}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
    expect(headers['content-type']).toBe('application/json');
    await enter('another');
    expect(backend.asked[1]?.headers['webhook-id']).not.toBe(id);
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ])('refuses with %i, and the audit log hears its reason, on one line', async (status, code) => {
    backend.respond = answering(status, JSON.stringify({ reason: `left the company\n"level":50 ${'x'.repeat(300)}` }));
    const refusal = await outcome('ben');
    expect(refusal).toMatch(new RegExp(`^${code}: the backend says: left the company "level":50 x+$`));
    expect(refusal.length).toBeLessThan(250);
    backend.respond = answering(status, '<h1>No</h1>');
    expect(await outcome('cleo')).toBe(`${code}: the backend answered ${status}`);
    backend.respond = answering(status, 'x'.repeat(200_000));
    expect(await outcome('dora')).toBe(`${code}: the backend answered ${status}`);
    expect(meters.state.isCircuitOpen()).toBe(false);
  });

  it('that allows what is over already refuses', async () => {
    backend.respond = allow({ exp: inSeconds(-1) });
    expect(await outcome('ada')).toMatch(/^unauthorized: .*exp/);
  });

  it('is not asked about somebody who brings nothing to be known by', async () => {
    expect(await outcome('')).toMatch(/^unauthorized: there is no token/);
    expect(await outcome('', { headers: { cookie: 'theme=dark; quire_token=x' } })).toMatch(/^unauthorized: /);
    expect(backend.asked).toEqual([]);
  });
});

describe('[G6] cookies', () => {
  const cookie = 'theme=dark; session=abc; _ga=1.2; id="7"';

  it('that are named reach the backend, of pages that are trusted with them, and no others', async () => {
    const host = 'docs.example';
    expect(await outcome('', { headers: { cookie, host, origin: 'https://docs.example' } })).toBe(
      'session=abc; id="7"',
    );
    expect(backend.asked[0]).toMatchObject({ token: null, cookie: 'session=abc; id="7"' });
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
      expect(await outcome('', { headers: { cookie, host, origin } })).toMatch(/^unauthorized: /);
    }
    expect(backend.asked).toHaveLength(1);
  });

  it('that are not named make nobody new: the answer still counts', async () => {
    for (const visit of [1, 2, 3]) {
      expect(await outcome('', { headers: { cookie: `session=abc; _ga=${visit}` } })).toBe('session=abc');
    }
    expect(backend.asked).toHaveLength(1);
  });

  it('give way to a token that was sent on purpose', async () => {
    expect(await outcome('ada', { headers: { cookie } })).toBe('ada');
    expect(backend.asked[0]).toMatchObject({ token: 'ada', cookie: null });
  });
});

describe('an answer that is none', () => {
  it.each<[string, AuthBackend['respond']]>([
    ['an error', answering(500)],
    ['a page that is not there', answering(404)],
    ['no content', answering(204)],
    ['too many requests', answering(429)],
    ['a redirect', (_, response) => response.writeHead(302, { Location: '/elsewhere' }).end()],
    ['a page for people', answering(200, '<h1>Welcome</h1>')],
    ['half of an answer', answering(200, '{"sub": "ada", ')],
    ['nothing', answering(200)],
    ['a list', answering(200, '[]')],
    ['nobody', (asked, response) => allow({ sub: '' })(asked, response)],
    ['no end', (asked, response) => allow({ exp: undefined as never })(asked, response)],
    ['an end in milliseconds', (asked, response) => allow({ exp: clock.now() + 3_600_000 })(asked, response)],
    ['an unknown role', (asked, response) => allow({ grants: [{ documents: '**', role: 'admin' }] })(asked, response)],
    ['more than anybody may do', answering(200, JSON.stringify({ sub: 'ada', filler: 'x'.repeat(70_000) }))],
    ['a connection that is cut', (_, response) => response.destroy()],
    [
      'a connection that is cut in the middle',
      (_, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('{"sub"', () => response.destroy());
      },
    ],
  ])('is %s: who comes is told to come back, and nothing is remembered', async (_, respond) => {
    backend.respond = respond;
    expect(await outcome('ada')).toMatch(/^auth-unavailable: /);
    expect(backend.asked).toHaveLength(1);
    backend.respond = allow();
    expect(await outcome('ada')).toBe('ada');
  });

  it('is never followed elsewhere, where somebody else would get the token', async () => {
    const elsewhere = await startAuthBackend(allow());
    ends.push(() => elsewhere.close());
    for (const status of [301, 302, 303, 307, 308]) {
      backend.respond = (_, response) => response.writeHead(status, { Location: elsewhere.url }).end();
      expect(await outcome(`token ${status}`)).toContain(`it answered ${status}`);
    }
    expect(elsewhere.asked).toEqual([]);
  });

  it('[G4] is not read to its end when it has none', async () => {
    let isGone = false;
    backend.respond = (_, response) => {
      response.on('close', () => {
        isGone = true;
      });
      const pour = (): void => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    };
    expect(await outcome('ada')).toContain('its answer is too long');
    await vi.waitFor(() => expect(isGone).toBe(true));
  });

  it('says which claim is at fault', async () => {
    backend.respond = allow({ name: 'x'.repeat(101) });
    expect(await outcome('ada')).toContain('name: must have at most 100 characters');
  });

  it('is a backend that nobody can reach', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    probe.close();
    await once(probe, 'close');
    const port = typeof address === 'object' ? address?.port : 0;
    await start({ url: `http://127.0.0.1:${port}/who` });
    expect(await outcome('ada')).toMatch(/^auth-unavailable: .*can not be reached: the connection is refused/);
    expect(meters.questions.values.failed).toBe(1);
  });

  it('is one that takes too long, also when it has begun', async () => {
    const silent = [staysSilent, (_: unknown, response: { write(text: string): void }) => response.write('{"sub":')];
    for (const [index, respond] of silent.entries()) {
      backend.respond = respond;
      const entering = outcome(`ada ${index}`);
      await untilAsked(index + 1);
      clock.advance(2_999);
      expect(meters.state.asked()).toBe(1);
      clock.advance(1);
      expect(await entering).toContain('it did not answer within 3000 ms');
    }
    expect(meters.questions.values['timed-out']).toBe(2);
    expect(clock.pending).toBe(0);
  });
});

describe('an answer', () => {
  it('counts for whoever brings the same token, for a while, whatever the document', async () => {
    for (const address of ['192.0.2.1', '192.0.2.2']) expect(await outcome('ada', { address })).toBe('ada');
    clock.advance(59 * SECOND);
    expect(await outcome('ada')).toBe('ada');
    expect(backend.asked).toHaveLength(1);
    clock.advance(SECOND);
    expect(await outcome('ada')).toBe('ada');
    expect(backend.asked).toHaveLength(2);
    expect(meters.lookups.values).toMatchObject({ question: 2, memory: 2 });
  });

  it('counts for nobody else', async () => {
    expect([await outcome('ada'), await outcome('ben')]).toEqual(['ada', 'ben']);
    expect(backend.asked.map(({ token }) => token)).toEqual(['ada', 'ben']);
  });

  it('that refuses counts for a moment only', async () => {
    backend.respond = answering(401);
    for (let time = 0; time < 3; time += 1) expect(await outcome('ada')).toMatch(/^unauthorized: /);
    expect(backend.asked).toHaveLength(1);
    clock.advance(5 * SECOND);
    backend.respond = allow();
    expect(await outcome('ada')).toBe('ada');
  });

  it('that refuses ends what was allowed before, also while the backend is away', async () => {
    await outcome('ada');
    clock.advance(60 * SECOND);
    backend.respond = answering(403);
    expect(await outcome('ada')).toMatch(/^forbidden: /);
    clock.advance(5 * SECOND);
    backend.respond = answering(500);
    expect(await outcome('ada')).toMatch(/^auth-unavailable: /);
  });

  it('is asked for anew by a renewal, and by nobody else before', async () => {
    backend.respond = allow({ exp: inSeconds(50) });
    const { expiresAt } = await enter('ada');
    clock.advance(19 * SECOND);
    expect((await enter('ada')).expiresAt).toBe(expiresAt);
    expect(backend.asked).toHaveLength(1);
    backend.respond = allow({ exp: inSeconds(50) });
    clock.advance(SECOND); // thirty seconds before its end, when its bearer is asked for a fresh token
    expect((await enter('ada')).expiresAt).toBe((expiresAt ?? 0) + 19 * SECOND);
    expect(backend.asked).toHaveLength(2);
  });

  it('that ends soon is shared by those who come in the same moment, and not for longer', async () => {
    backend.respond = allow({ exp: inSeconds(20) });
    for (let tab = 0; tab < 100; tab += 1) await enter('ada');
    expect(backend.asked).toHaveLength(1);
    clock.advance(5 * SECOND);
    await enter('ada');
    expect(backend.asked).toHaveLength(2);
  });

  it('counts for nobody once it has ended', async () => {
    backend.respond = allow({ exp: inSeconds(4) });
    await enter('ada');
    backend.respond = answering(500);
    clock.advance(4 * SECOND);
    expect(await outcome('ada')).toMatch(/^auth-unavailable: /);
  });

  it('is always asked for where nothing is to be remembered', async () => {
    await start({ cacheMs: 0 });
    for (let time = 0; time < 3; time += 1) expect(await outcome('ada')).toBe('ada');
    backend.respond = answering(401);
    for (let time = 0; time < 2; time += 1) expect(await outcome('ben')).toMatch(/^unauthorized: /);
    expect(backend.asked).toHaveLength(5);
  });
});

describe('[G6] answers that are voided', () => {
  it('are asked for anew, of one person or of all', async () => {
    await Promise.all([outcome('ada'), outcome('ben')]);
    authenticator.forgetAnswers('ada');
    backend.respond = answering(403);
    expect(await outcome('ada')).toMatch(/^forbidden: /);
    expect(await outcome('ben')).toBe('ben');
    authenticator.forgetAnswers(null);
    expect(await outcome('ben')).toMatch(/^forbidden: /);
  });

  it('count no longer while the backend is away', async () => {
    await outcome('ada');
    authenticator.forgetAnswers('ada');
    backend.respond = answering(500);
    expect(await outcome('ada')).toMatch(/^auth-unavailable: /);
  });

  it('are not those that are on their way alone: whoever is being asked about is asked about once more', async () => {
    const gate = Promise.withResolvers<void>();
    backend.respond = async (asked, response) => {
      await gate.promise;
      allow()(asked, response);
    };
    const [ada, ben] = [outcome('ada'), outcome('ben')];
    await untilAsked(2);
    authenticator.forgetAnswers('ada');
    const old = backend.respond;
    backend.respond = (asked, response) =>
      asked.token === 'ada' ? answering(403)(asked, response) : old(asked, response);
    gate.resolve();
    expect(await ada).toMatch(/^forbidden: /);
    expect(await ben).toBe('ben');
    expect(backend.asked.map(({ token }) => token).sort()).toEqual(['ada', 'ada', 'ben']);
  });
});

describe('[G4] many who come at once', () => {
  it('with the same token are one question', async () => {
    const entering = Array.from({ length: 1_000 }, () => outcome('ada'));
    expect(new Set(await Promise.all(entering))).toEqual(new Set(['ada']));
    expect(backend.asked).toHaveLength(1);
    expect(meters.lookups.values).toMatchObject({ question: 1, shared: 999 });
  });

  it('with the same token hear together that the backend failed, and ask once the next time', async () => {
    backend.respond = answering(503);
    const entering = Array.from({ length: 100 }, () => outcome('ada'));
    for (const each of await Promise.all(entering)) expect(each).toMatch(/^auth-unavailable: /);
    expect(backend.asked).toHaveLength(1);
    backend.respond = allow();
    expect(await outcome('ada')).toBe('ada');
  });

  it('with tokens of their own are asked about a few at a time, and all are let in', async () => {
    await start({ maxQuestions: 4 });
    let underway = 0;
    let most = 0;
    backend.respond = async (asked, response) => {
      underway += 1;
      most = Math.max(most, underway);
      await new Promise(setImmediate);
      underway -= 1;
      allow()(asked, response);
    };
    const people = Array.from({ length: 100 }, (_, at) => `person ${at}`);
    expect(await Promise.all(people.map((token) => outcome(token)))).toEqual(people);
    expect(most).toBeLessThanOrEqual(4);
    expect(backend.asked).toHaveLength(100);
  });

  it('from one place hold up nobody from another, and wait only so long', async () => {
    await start({ maxQuestions: 1 });
    const held: (() => void)[] = [];
    backend.respond = (asked, response) => void held.push(() => allow()(asked, response));
    const flood = Array.from({ length: 20 }, (_, at) => outcome(`flood ${at}`, { address: '198.51.100.9' }));
    const ada = outcome('ada', { address: '192.0.2.1' });
    for (let turn = 0; turn < 3; turn += 1) {
      await vi.waitFor(() => expect(held).toHaveLength(1));
      held.pop()?.();
    }
    expect(await ada).toBe('ada');
    await untilAsked(4);
    expect(meters.state.waiting()).toBe(17);
    clock.advance(3_000);
    const outcomes = await Promise.all(flood);
    expect(outcomes.filter((each) => each.includes('it had no turn within 3000 ms'))).toHaveLength(17);
    expect(meters.state.waiting()).toBe(0);
  });
});

describe('a backend that fails', () => {
  it('is left alone after some failures: who comes hears at once to come back, who is known is let in', async () => {
    await outcome('ada');
    await openCircuit();
    const before = backend.asked.length;
    for (let time = 0; time < 50; time += 1) expect(await outcome(`ben ${time}`)).toMatch(/^auth-unavailable: /);
    expect(await outcome('ada')).toBe('ada');
    clock.advance(60 * SECOND);
    backend.respond = staysSilent;
    const probing = outcome('cleo');
    await untilAsked(before + 1);
    expect(await outcome('ada')).toBe('ada'); // what was allowed has not ended, though it is no longer fresh
    expect(backend.asked).toHaveLength(before + 1);
    expect(meters.lookups.values['old-memory']).toBe(1);
    clock.advance(3 * SECOND);
    expect(await probing).toMatch(/^auth-unavailable: /);
  });

  it('is asked one question at a time to see whether it is back, and then everything', async () => {
    await openCircuit();
    const before = backend.asked.length;
    clock.advance(FIRST_OPENING_MS);
    const outcomes = await Promise.all(['ada', 'ben', 'cleo'].map((token) => outcome(token)));
    expect(outcomes.filter((each) => each.startsWith('auth-unavailable'))).toHaveLength(3);
    expect(backend.asked).toHaveLength(before + 1);
    clock.advance(2 * FIRST_OPENING_MS);
    backend.respond = allow();
    expect(await outcome('ada')).toBe('ada');
    expect(meters.state.isCircuitOpen()).toBe(false);
    expect(await Promise.all(['ben', 'cleo'].map((token) => outcome(token)))).toEqual(['ben', 'cleo']);
  });

  it('lets nobody wait who had been waiting: all of them hear it at once', async () => {
    await start({ maxQuestions: FAILURES_TO_OPEN });
    backend.respond = answering(500);
    const entering = Array.from({ length: 200 }, (_, at) => outcome(`person ${at}`));
    for (const each of await Promise.all(entering)) expect(each).toMatch(/^auth-unavailable: /);
    // Those that were under way when it opened, and no others.
    expect(backend.asked.length).toBeLessThan(2 * FAILURES_TO_OPEN);
  });

  it('is not what one person is with whom an answer goes wrong: the others are let in', async () => {
    backend.respond = (asked, response) =>
      asked.token === 'odd' ? allow({ name: '' })(asked, response) : allow()(asked, response);
    for (let time = 0; time < 3 * FAILURES_TO_OPEN; time += 1) {
      expect(await outcome('odd')).toMatch(/^auth-unavailable: /);
    }
    expect(meters.state.isCircuitOpen()).toBe(false);
    expect(await outcome('ada')).toBe('ada');
  });

  it('is in the log once when it is left alone, and once when it is back', async () => {
    await openCircuit();
    for (let time = 0; time < 10; time += 1) await outcome(`ben ${time}`);
    expect(logged.map(({ msg }) => msg)).toEqual([expect.stringContaining('left alone')]);
    clock.advance(FIRST_OPENING_MS);
    backend.respond = allow();
    await outcome('ada');
    expect(logged.map(({ msg }) => msg)).toEqual([expect.stringContaining('left alone'), 'the backend answers again']);
    expect(JSON.stringify(logged)).not.toMatch(/made-up|ben 0/); // no token of anybody
  });
});

it('a question that is under way ends with the server, and none follows it', async () => {
  await start({ maxQuestions: 1 });
  backend.respond = staysSilent;
  const entering = ['ada', 'ben'].map((token) => outcome(token));
  await untilAsked(1);
  authenticator.close();
  for (const each of await Promise.all(entering)) expect(each).toMatch(/^auth-unavailable: .*stopping/);
  expect(backend.asked).toHaveLength(1);
  expect(clock.pending).toBe(0);
});
