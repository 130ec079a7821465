import { connect } from '@quire/client';

self.onmessage = async ({ data: url }) => {
  try {
    const client = connect({ url });
    const room = client.open('team/plan');
    room.doc.getText('body').insert(0, 'From a worker.');
    await room.whenSaved();
    const { documents } = await client.documents.list();
    const same = await client.api.call('listDocuments', {});
    self.postMessage([documents, same.documents].map((list) => list.map(({ name }) => name)));
  } catch (error) {
    self.postMessage(`${error}: ${error.cause}`);
  }
};
