import { mkdirSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { planFiles } from '../../../src/render/plan.ts'
import { createFolder } from '../../helpers/temporary-folder.ts'

/** What becomes of pairs in a folder with some of everything, and what is wrong; without the folder's own path. */
function plan(...pairs: readonly (readonly [source: string, target: string])[]) {
  using folder = createFolder()
  const { path } = folder
  folder.write('one', '1')
  folder.write('two', '2')
  folder.write('in/b.conf.tmpl', '')
  folder.write('in/a.sh.template', '', 0o755)
  folder.write('in/sub/.tmpl', '')
  folder.write('same/x', '')
  folder.write('same/x.tmpl', '')
  folder.write('mounted/..2026/key', '')
  symlinkSync('..2026', `${path}/mounted/..data`)
  symlinkSync('..data/key', `${path}/mounted/key`)
  mkdirSync(`${path}/empty`)
  mkdirSync(`${path}/links`)
  symlinkSync('..', `${path}/links/up`)
  symlinkSync('nosuch', `${path}/links/nowhere`)
  symlinkSync('one', `${path}/link`)
  const full = pairs.map(([source, target]) => ({
    source: source === '-' ? source : `${path}/${source}`,
    target: `${path}/${target}`,
  }))
  const short = (text: string) => text.replaceAll(`${path}/`, '')
  const { files, problems } = planFiles(full)
  return {
    files: files.map(
      file => `${short(file.source)} → ${short(file.target)}${file.isProgram ? ' (program)' : ''}`,
    ),
    problems: problems.map(({ message }) => short(message)),
  }
}

test.each([
  [
    'files',
    [
      ['one', 'out'],
      ['-', 'two'],
    ],
    ['one → out', '- → two'],
  ],
  [
    'a folder',
    [['in', 'out']],
    ['in/a.sh.template → out/a.sh (program)', 'in/b.conf.tmpl → out/b.conf', 'in/sub/.tmpl → out/sub/.tmpl'],
  ],
  ['a mounted ConfigMap', [['mounted', 'out']], ['mounted/key → out/key']],
  ['a folder without files', [['empty', 'out']], []],
  ['what is not there, which reading tells', [['nosuch', 'out']], ['nosuch → out']],
] as const)('%s', (_, pairs, files) => {
  expect(plan(...pairs)).toEqual({ files, problems: [] })
})

test.each([
  [
    'two sources of one target',
    [
      ['one', 'out'],
      ['two', 'empty/../out'],
    ],
    ['one and two both make empty/../out'],
  ],
  ['two of one folder', [['same', 'out']], ['same/x and same/x.tmpl both make out/x']],
  ['itself', [['one', 'one']], ['one is a source itself']],
  ['itself through a link', [['one', 'link']], ['link is a source itself']],
  [
    'another source',
    [
      ['one', 'two'],
      ['two', 'out'],
    ],
    ['two is a source itself'],
  ],
  ['a folder into itself', [['in', 'in']], ['in is in its own source']],
  ['a folder below itself', [['in', 'in/new/deep']], ['in/new/deep is in its own source']],
  ['a folder over a file', [['in', 'one']], ['one is a file, and its source a folder']],
  [
    'links',
    [['links', 'out']],
    ['links/nowhere is a link that leads nowhere', 'links/up is a link to a folder'],
  ],
] as const)('%s: a problem', (_, pairs, problems) => {
  expect(plan(...pairs).problems).toEqual(problems)
})

test('a folder beside one of nearly its name is no problem', () => {
  expect(plan(['in', 'in-other']).problems).toEqual([])
})
