/**
 * systemd's EnvironmentFile=. In double quotes a backslash escapes `"`, `\`, `` ` `` and `$`, and line breaks stand
 * as they are. Source: systemd, src/basic/env-file.c, utf8.c.
 */
import { type Format, isPlain, refuseValue } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (/\p{NChar}/u.test(value)) {
      refuseValue('has a noncharacter of Unicode, for which systemd refuses the whole file')
    }
    return `${name}=${isPlain(value) ? value : `"${value.replace(/["\\`$]/g, '\\$&')}"`}`
  },
}
