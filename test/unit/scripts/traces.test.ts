import { expect, test } from '@jest/globals'
import { findTraces } from '../../../scripts/traces.ts'

function traces(text: string, root = '/builds/secwrap'): string[] {
  return findTraces(new Map([['a.md', text]]), root, 'https://npm.example.com/mirror/')
}

test.each([
  ['the registry in use', 'resolved: https://npm.example.com/mirror/x.tgz', 'npm.example.com'],
  ['the folder of the clone', 'cd /builds/secwrap', '/builds/'],
  ['a home folder', `see /${'home'}/jane/.npmrc`, `/${'home'}/jane/`],
])('finds %s', (_, text, trace) => {
  expect(traces(text)).toEqual([`a.md: ${trace}`])
})

test.each(['cd /run/secrets', 'WORKDIR /home/app/src', 'https://example.com'])('lets %j pass', text => {
  expect(traces(text)).toEqual([])
})

test('a clone in a folder that every machine has is no trace', () => {
  expect(traces('mktemp -d /tmp/x', '/tmp/clone')).toEqual([])
})
