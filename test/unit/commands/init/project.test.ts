import { expect, test } from '@jest/globals'
import { locateProject } from '../../../../src/commands/init/project.ts'
import { SecwrapError } from '../../../../src/core/errors.ts'

const here = process.cwd()

test.each([
  // file            --sealed           folder             template                     sealed file, from there
  ['.env', undefined, here, '.env.template', 'secrets.sops.json'],
  ['.env.prod', undefined, here, '.env.prod.template', 'secrets.prod.sops.json'],
  ['a/.env', undefined, `${here}/a`, 'a/.env.template', 'secrets.sops.json'],
  ['a/web.env', undefined, `${here}/a`, 'a/web.env.template', 'secrets.web.sops.json'],
  ['/srv/.env', undefined, '/srv', '/srv/.env.template', 'secrets.sops.json'],
  ['.env', 's.yaml', here, '.env.template', 's.yaml'],
  ['a/.env', 'a/b/s.env', `${here}/a`, 'a/.env.template', 'b/s.env'],
])('%s, sealed as %s', (env, sealed, folder, template, sealedName) => {
  const project = locateProject(env, sealed)
  expect([project.folder, project.env, project.template, project.sealedName]).toEqual([
    folder,
    env,
    template,
    sealedName,
  ])
  expect(project.sealed.path).toBe(`${folder}/${sealedName}`)
  expect(project.referenceTo('A')).toBe(`sops://./${sealedName}#A`)
})

test('what would end a path in a reference is encoded there', () => {
  const { referenceTo, sealed } = locateProject('.env', 'my #1.json')
  expect([referenceTo('A'), sealed.path]).toEqual(['sops://./my%20%231.json#A', `${here}/my #1.json`])
})

test.each([
  ['a/', undefined],
  ['.env.example', undefined],
  ['.env.prod.template', undefined],
  ['.env', '../s.json'],
  ['a/.env', 's.json'],
  ['.env', '.env'],
  ['.env', '.'],
  ['.env', 's.txt'],
])('refused: %s, sealed as %s', (env, sealed) => {
  expect(() => locateProject(env, sealed)).toThrow(SecwrapError)
})
