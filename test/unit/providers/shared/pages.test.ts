import { expect, test } from '@jest/globals'
import { iteratePages, type Page } from '../../../../src/providers/shared/pages.ts'

const PAGES: Readonly<Record<string, Page<number>>> = {
  first: { items: [1, 2], next: 'second' },
  second: { items: [], next: 'third' },
  third: { items: [3], next: undefined },
}

function readPage(token = 'first'): Promise<Page<number>> {
  const page = PAGES[token]
  return page ? Promise.resolve(page) : Promise.reject(new Error(`no page ${token}`))
}

test('the items of all pages in order, an empty page among them', async () => {
  expect(await Array.fromAsync(iteratePages(readPage))).toEqual([1, 2, 3])
})

test('one empty page: nothing, and over for good', async () => {
  const iterator = iteratePages(async () => ({ items: [], next: undefined }))[Symbol.asyncIterator]()
  expect([await iterator.next(), await iterator.next()]).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ])
})

test('a page that fails is asked for again, and no other', async () => {
  const asked: string[] = []
  let failures = 2
  const iterator = iteratePages(async (token = 'first') => {
    asked.push(token)
    if (token === 'third' && failures-- > 0) throw new Error('throttled')
    return readPage(token)
  })[Symbol.asyncIterator]()
  const found: unknown[] = []
  for (;;) {
    try {
      const { done, value } = await iterator.next()
      if (done) break
      found.push(value)
    } catch {
      found.push('failed')
    }
  }
  expect(found).toEqual([1, 2, 'failed', 'failed', 3])
  expect(asked).toEqual(['first', 'second', 'third', 'third', 'third'])
})

test('each loop begins at the first page', async () => {
  const pages = iteratePages(readPage)
  expect([await Array.fromAsync(pages), await Array.fromAsync(pages)]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ])
})
