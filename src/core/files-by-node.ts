import type { Stats } from 'node:fs'
import type { FileStatus, Files } from './files.ts'

export function filesByNode(): Files {
  const fs = process.getBuiltinModule('node:fs')
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, X_OK } = fs.constants
  return {
    open: path => fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY),
    status: file =>
      describe(typeof file === 'number' ? fs.fstatSync(file) : fs.statSync(file, { throwIfNoEntry: false })),
    read: (descriptor, bytes, start) => fs.readSync(descriptor, bytes, start, bytes.length - start, null),
    write: (descriptor, bytes, start) => fs.writeSync(descriptor, bytes, start),
    close: descriptor => fs.closeSync(descriptor),
    checkExecutable: path => fs.accessSync(path, X_OK),
  }
}

function describe(stats: Stats | undefined): FileStatus | undefined {
  if (!stats) return undefined
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'
  return { kind, size: stats.size, mode: stats.mode & 0o7777, device: stats.dev }
}
