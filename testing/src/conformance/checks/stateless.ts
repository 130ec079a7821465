import { encodeAddress, hocuspocusTypes } from '@quire/protocol';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import { insert } from './body.ts';

const PAYLOAD = '{"type":"conformance"}';

const stateless: Check = {
  id: 'stateless',
  guarantee: 'G4',
  title: 'A stateless message that nobody knows harms nobody',
  does: 'ada sends a stateless message with JSON of no meaning, and then an edit',
  passes: 'her edit arrives, on the same connection',
  dialects: ['hocuspocus'],
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const ben = await stage.join(document, { name: 'ben' });
    ada.sayRaw(hocuspocusTypes.stateless, ...encodeAddress(PAYLOAD));
    ada.edit(insert(0, 'after it'));
    await stage.expectSame('a stateless message, and an edit', [ada, ben]);
    ben.edit(insert(0, 'before, and '));
    await stage.expectSame('a stateless message of ada, and later an edit of ben', [ben, ada]);
  },
};

const broadcastStateless: Check = {
  id: 'broadcast-stateless',
  guarantee: 'G6',
  title: 'Nobody speaks as the server',
  does: 'eve sends a broadcast of a stateless message, which is a server’s to send, and then an edit',
  passes: 'ben hears nothing of the broadcast; eve is put out, or her edit arrives',
  dialects: ['hocuspocus'],
  async run(stage) {
    const document = stage.document();
    const ben = await stage.join(document, { name: 'ben' });
    const eve = await stage.join(document, { name: 'eve' });
    const sent = 'a broadcast of a stateless message, by eve';
    // A text is written as an address is.
    eve.sayRaw(hocuspocusTypes.broadcastStateless, ...encodeAddress(PAYLOAD));
    eve.edit(insert(0, 'after it'));
    await stage.expect({
      sent: `${sent}, and an edit`,
      expected: 'the edit on ben’s screen, or the end of eve’s connection',
      until: () => eve.end !== null || ben.doc.getText('body').length > 0,
      came: () => 'neither',
    });
    const ada = await stage.join(document, { name: 'ada' });
    ada.edit(insert(0, 'ada goes on '));
    await stage.expect({
      sent: 'an edit of ada',
      expected: 'it, on ben’s screen',
      until: () => ben.doc.getText('body').toString().includes('ada goes on'),
      came: () => ben.end ?? 'nothing',
    });
    if (!ben.stateless.includes(PAYLOAD)) return;
    throw new CheckFailure({ sent, expected: 'that ben does not hear it', came: 'it, as if the server had said it' });
  },
};

export const statelessChecks: readonly Check[] = [stateless, broadcastStateless];
