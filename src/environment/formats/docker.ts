/**
 * The file of `docker run --env-file`, and of Compose's `env_file` with `format: raw`: each line up to its end is
 * the value, quotes and blanks included. Source: docker/cli, opts/file.go and pkg/kvfile.
 */
import { type Format, refuseValue } from './format.ts'

/** The reader's buffer is 64 KiB, and the newline has to fit as well. Source: Go, bufio.MaxScanTokenSize. */
const MAX_LINE_BYTES = 65_535

export const format: Format = {
  writeVariable(name, value) {
    if (value.includes('\n')) refuseValue("has a line break, which docker's env-file can't hold")
    if (value.endsWith('\r')) refuseValue('ends in a carriage return, which docker drops')
    const line = `${name}=${value}`
    const bytes = new TextEncoder().encode(line).length
    if (bytes > MAX_LINE_BYTES) {
      refuseValue(`makes a line of ${bytes} bytes, and docker takes ${MAX_LINE_BYTES}`)
    }
    return line
  },
}
