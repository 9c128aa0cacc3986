/** Names and values for fast-check, made of what some reader could trip over. */
import fc from 'fast-check'

export type Variables = readonly (readonly [name: string, value: string])[]

const PIECES = [
  ['\n', '\r', '\r\n', '\t', ' ', '  ', '\v', '\f'],
  ["'", '"', '`', "''", '""', "\\'", '\\"', '\\', '\\\\', '\\n', '\\u0041', '\\x', '$', '$$', '${', '${x}'],
  [
    '$x',
    '${x:-y}',
    '$(id)',
    '`id`',
    '%',
    '%%',
    '%x%',
    '%{x}',
    '%{',
    '#',
    ' #',
    '=',
    ';',
    ':',
    '::',
    '!',
    '&',
  ],
  ['|', '<', '<<', '>', '(', ')', '{', '}', '[', ']', '*', '?', '~', ',', '-', '- ', '@', '^', '---', 'EOF'],
  [
    'true',
    'null',
    'no',
    '0',
    '1e3',
    '0x1f',
    '1:30',
    '.inf',
    '2001-01-01',
    'export ',
    '%0A',
    '%C3%A9',
    'ssm:///x',
  ],
  ['\u2018', '\u2019', '\u201a', '\u201b', '\u201c', '\u201d', '\u201e', 'é', 'e\u0301', '😀', '\u{10ffff}'],
  [
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufdd0',
    '\uffff',
    '\uf600',
    '\uf6ff',
    '\ue000',
    '\u200b',
  ],
  ['\u0001', '\u0007', '\u0008', '\u001b', '\u001c', '\u001f', '\u007f', '\u0081', '\u0088', '\u009f'],
].flat()

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 2, arbitrary: fc.stringMatching(/^[A-Za-z0-9]{1,4}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }) },
)

const value = fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join('').replaceAll('\0', ''))

/** Beside names of any form, those that mean something to some reader. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
  fc.constantFrom(
    'a',
    '_',
    '__',
    'no',
    'Y',
    'NULL',
    'true',
    'count',
    'version',
    'status',
    'UID',
    'PATH',
    'MANPATH',
  ),
  fc.constantFrom(
    'IFS',
    'PS4',
    'HOME',
    'LANG',
    'LC_ALL',
    'PWD',
    'SHLVL',
    'OPTIND',
    'RANDOM',
    'GITHUB_SHA',
    'CI',
  ),
)

/** Every two of them side by side, in one document. */
export const PAIRS: Variables = PIECES.flatMap((first, row) =>
  PIECES.map((second, column) => [`V${row}_${column}`, first + second] as const),
)

/** Several documents, as a reader takes a while to start. */
export const documents: fc.Arbitrary<readonly Variables[]> = fc.array(
  fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([each]) => each }),
  { minLength: 30, maxLength: 40 },
)
