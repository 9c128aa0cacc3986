import { expect, test } from '@jest/globals'
import { formatConfig } from '../../../../src/commands/init/sops-config.ts'
import { findCreationRule } from '../../../../src/sops/creation-rules.ts'

test.each([
  // sealed file        another that is sealed alike   one that is not
  ['secrets.sops.json', 'a/other.sops.yaml', 'package.json'],
  ['s.yaml', undefined, 'sxyaml'],
  ["it's (1)+2.json", undefined, 'its (1)+2.json'],
  ['config/s.env', undefined, 's.env'],
])('the rule for %s is for it, and for no file that is not to be sealed', async (name, alike, other) => {
  const { path, text } = formatConfig('/app', name, ['age1a', 'age1b'])
  expect(path).toBe('/app/.sops.yaml')
  for (const file of [name, alike ?? name]) {
    expect((await findCreationRule(text, file)).recipients).toEqual(['age1a', 'age1b'])
  }
  await expect(findCreationRule(text, other)).rejects.toThrow('has no creation rule for this file')
})
