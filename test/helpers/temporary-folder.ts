import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** An empty folder that goes away at the end of the block: `using folder = createFolder()`. */
export interface Folder extends Disposable {
  readonly path: string
  /** Writes a file below the folder and gives its path. */
  write(name: string, content: string | Uint8Array, mode?: number): string
  has(name: string): boolean
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'secwrap-test-'))
  return {
    path,
    write(name, content, mode = 0o600) {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content, { mode })
      return file
    },
    has: name => existsSync(join(path, name)),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
