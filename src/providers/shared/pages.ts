export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined // asks for the page behind it; undefined at the last one
}

/**
 * The items of all pages in turn. Where a page fails, `next` called again asks for the same page: who retries
 * misses nothing, and gets nothing twice.
 */
export function iteratePages<T>(readPage: (token: string | undefined) => Promise<Page<T>>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => openPages(readPage) }
}

function openPages<T>(readPage: (token: string | undefined) => Promise<Page<T>>): AsyncIterator<T> {
  let items: Iterator<T> = [].values()
  let token: string | undefined
  let isLast = false
  return {
    async next() {
      for (;;) {
        const item = items.next()
        if (!item.done) return item
        if (isLast) return { done: true, value: undefined }
        const page = await readPage(token)
        items = page.items.values()
        token = page.next
        isLast = token === undefined
      }
    },
  }
}
