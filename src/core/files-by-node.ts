import type { Stats } from 'node:fs'
import type { FileStatus, Files } from './files.ts'

export function filesByNode(): Files {
  const fs = process.getBuiltinModule('node:fs')
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, X_OK } = fs.constants
  return {
    open: (path, { wait } = { wait: false }) =>
      fs.openSync(path, O_RDONLY | O_NOCTTY | (wait ? 0 : O_NONBLOCK)),
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
  return { kind: kindOf(stats), size: stats.size, mode: stats.mode & 0o7777, device: deviceOf(stats.dev) }
}

function kindOf(stats: Stats): FileStatus['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isBlockDevice() ? 'disk' : 'other'
}

/** From the kernel's one number, as Linux packs it. Source: makedev(3), linux/kdev_t.h. */
function deviceOf(device: number): number {
  const major = (device >>> 8) & 0xfff
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00)
  return major * 2 ** 20 + minor
}
