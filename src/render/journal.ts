/** What has been done to files, so that it can be taken back. */
export class Journal {
  #undo: (() => void)[] = []
  #finish: (() => void)[] = []

  /** Notes a step that is done. @param finish - for when all are, and none is taken back any more. */
  add(undo: () => void, finish?: () => void): void {
    this.#undo.push(undo)
    if (finish) this.#finish.push(finish)
  }

  /** Takes everything back, the last step first. What does not work is left. */
  undo(): void {
    const steps = this.#undo.toReversed()
    this.#undo = []
    for (const step of steps) runQuietly(step)
  }

  finish(): void {
    this.#undo = []
    for (const step of this.#finish) runQuietly(step)
  }
}

function runQuietly(step: () => void): void {
  try {
    step()
  } catch {
    // One step less, but the others.
  }
}
