import { SecwrapError } from '../core/errors.ts'
import { readWhole } from '../core/files.ts'

export interface Owner {
  readonly uid?: number // this process's if absent
  readonly gid?: number
}

const MAX_BYTES = 16 * 1024 * 1024
const MAX_ID = 2 ** 32 - 2 // the last one means "leave it" to chown(2)

/**
 * `user`, `user:group` or `:group`, each a name of /etc/passwd or /etc/group, or a number.
 *
 * @throws SecwrapError BAD_USAGE.
 */
export function parseOwner(text: string): Owner {
  const [user = '', group = '', ...others] = text.split(':')
  if ((user === '' && group === '') || others.length > 0) {
    throw new SecwrapError('BAD_USAGE', '--owner takes USER, USER:GROUP or :GROUP')
  }
  return {
    ...(user !== '' && { uid: findId(user, '/etc/passwd', 'user') }),
    ...(group !== '' && { gid: findId(group, '/etc/group', 'group') }),
  }
}

function findId(name: string, file: string, kind: string): number {
  const id = lookUp(name, file) ?? (/^\d+$/.test(name) ? Number(name) : undefined)
  if (id !== undefined && id <= MAX_ID) return id
  throw new SecwrapError('BAD_USAGE', `there is no ${kind} ${name} in ${file}`, {
    hint: 'its number works, too',
  })
}

/** The third field of the line: `name:password:id:…`. Source: passwd(5), group(5) */
function lookUp(name: string, file: string): number | undefined {
  const line = read(file)
    .split('\n')
    .find(each => each.startsWith(`${name}:`))
  const id = line?.split(':')[2]
  return id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined
}

/** A container may have neither file. */
function read(file: string): string {
  try {
    return new TextDecoder().decode(readWhole(file, MAX_BYTES))
  } catch {
    return ''
  }
}
