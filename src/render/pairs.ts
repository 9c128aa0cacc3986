import { SecwrapError } from '../core/errors.ts'

/** `SOURCE:TARGET` of the command line. */
export interface Pair {
  readonly source: string // `-` is standard input
  readonly target: string
}

/**
 * A colon in a path is written `\:`.
 *
 * @throws SecwrapError BAD_USAGE.
 */
export function parsePair(word: string): Pair {
  const [source = '', target = '', ...others] = word
    .split(/(?<!\\):/)
    .map(path => path.replaceAll('\\:', ':'))
  if (source !== '' && target !== '' && others.length === 0) return { source, target }
  throw new SecwrapError('BAD_USAGE', `${word} is not SOURCE:TARGET`, {
    hint:
      others.length > 0
        ? 'a colon in a path is written \\:'
        : 'secwrap render app.conf.template:/run/app.conf',
  })
}
