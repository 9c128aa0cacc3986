import { expect, test } from '@jest/globals'
import { findBrokenLinks } from '../../../scripts/links.ts'

const files = {
  'README.md': '# Read me\n\n## What it *is*, `now`\n\n## Twice\n\n## Twice\n',
  'docs/guide.md': '# Guide\n\n```sh\n# not a heading\n```\n',
  'src/main.ts': '',
}

function broken(text: string): string[] {
  return findBrokenLinks(new Map(Object.entries({ ...files, 'docs/page.md': text })))
}

test.each([
  '[a](guide.md)',
  '[a](guide.md "with a title")',
  '[a](../README.md#what-it-is-now)',
  '[a](../README.md#twice-1)',
  '[a](../src/main.ts) and [b](../src/) and [c](../src)',
  '[a](https://example.com/none) [b](mailto:a@example.com)',
  '# Here\n[a](#here)',
  '`[a](none.md)`\n```md\n[a](none.md)\n```',
  '[a]: guide.md',
  '![image](../src/main.ts#L10)',
])('leads somewhere: %j', text => {
  expect(broken(text)).toEqual([])
})

test.each([
  ['[a](none.md)', 'none.md'],
  ['[a](Guide.md)', 'Guide.md'],
  ['[a](guide.md#none)', 'guide.md#none'],
  ['[a](guide.md#not-a-heading)', 'guide.md#not-a-heading'],
  ['[a](#none)', '#none'],
  ['[a]: none.md', 'none.md'],
  ['text [a](guide.md) and ![b](none.png)', 'none.png'],
  ['```\ncode\n```\n[a](none.md)', 'none.md'],
])('leads nowhere: %j', (text, link) => {
  expect(broken(text)).toEqual([`docs/page.md: ${link}`])
})
