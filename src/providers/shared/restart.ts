/**
 * A list whose pages can't be asked for by themselves: where it fails, `next` called again begins it anew and
 * leaves out what was given before.
 */
export function restartAfterFailure<T>(
  open: () => AsyncIterable<T>,
  keyOf: (item: T) => string,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => openRestarting(open, keyOf) }
}

function openRestarting<T>(open: () => AsyncIterable<T>, keyOf: (item: T) => string): AsyncIterator<T> {
  const given = new Set<string>()
  let items: AsyncIterator<T> | undefined
  return {
    async next() {
      items ??= open()[Symbol.asyncIterator]()
      try {
        for (;;) {
          const item = await items.next()
          if (item.done || !given.has(keyOf(item.value))) {
            if (!item.done) given.add(keyOf(item.value))
            return item
          }
        }
      } catch (error) {
        items = undefined
        throw error
      }
    },
  }
}
