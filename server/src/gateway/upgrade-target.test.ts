import { describe, expect, it } from 'vitest';
import { readTarget } from './upgrade-target.ts';

describe('the path of an upgrade', () => {
  it.each([
    ['/yjs/plan', 'plan'],
    ['/yjs/team/plan', 'team/plan'],
    ['/yjs/team%2Fplan?token=x', 'team/plan'],
    ['/yjs/%C3%9Cberblick%202026', 'Überblick 2026'],
    ['/yjs/100%2525', '100%25'],
    ['/yjs/a/../b', 'a/../b'],
    ['/yjs/a\\b', 'a\\b'],
  ])('%s names %j: decoded once', (path, document) => {
    expect(readTarget(path)).toMatchObject({ kind: 'y-websocket', document });
  });

  it('a bad encoding gets 400 with the cure', () => {
    expect(readTarget('/yjs/100%')).toMatchObject({ kind: 'refused', status: '400 Bad Request' });
  });

  it.each(['/collab', '/collab/', '/collab?token=x'])('%s is the Hocuspocus dialect', (path) => {
    expect(readTarget(path).kind).toBe('hocuspocus');
  });

  it.each(['/', '/collab/x', '/yjs', '/other', '//evil.example/collab'])('%s is not found', (path) => {
    expect(readTarget(path)).toMatchObject({ kind: 'refused', status: '404 Not Found' });
  });
});
