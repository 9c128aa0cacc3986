import { statSync } from 'node:fs'

/** Another one after whatever is done to a file, or to a link that leads to it; `-` where there is none. */
export function markFile(path: string): string {
  try {
    const { ino, size, ctimeNs } = statSync(path, { bigint: true })
    return `${ino}-${size}-${ctimeNs}`
  } catch {
    return '-'
  }
}
