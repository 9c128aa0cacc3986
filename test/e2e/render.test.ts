/** `render`: files with secrets in them, all of them or none. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ARTIFACTS, secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const PLANTED = 'planted-render-value!$9'
const BINARY = Buffer.from([0x30, 0x82, 0x00, 0xff, 0x80, 0x0a, 0xc3])

/** A folder with secrets and a source of these lines. */
function createProject(source = 'key = "${file://./secret}"\r\nhome = ${HOME}\n') {
  const folder = createFolder()
  folder.write('secret', PLANTED)
  folder.write('binary', BINARY.toString('base64'))
  folder.write('app.conf.template', source)
  return folder
}

describe.each(ARTIFACTS)('$name', artifact => {
  test('a file is filled, for its owner only, and nothing is said', async () => {
    using folder = createProject()
    const result = await secwrap(['render', 'app.conf.template:new/app.conf'], { artifact, cwd: folder.path })
    expect(result).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect(readFileSync(`${folder.path}/new/app.conf`, 'utf8')).toBe(
      `key = "${PLANTED}"\r\nhome = \${HOME}\n`,
    )
    expect(statSync(`${folder.path}/new/app.conf`).mode & 0o7777).toBe(0o600)
    expect(statSync(`${folder.path}/new`).mode & 0o7777).toBe(0o700)
    expect(readdirSync(`${folder.path}/new`)).toEqual(['app.conf'])
  })

  test('bytes come from standard input and from base64 as they are', async () => {
    using folder = createProject()
    const before = Buffer.from([0xff, 0x00, 0x0d])
    const input = Buffer.concat([before, Buffer.from('${file://./binary|base64decode}')])
    const result = await secwrap(['render', '-:out.p12'], { artifact, cwd: folder.path, input })
    expect(result).toMatchObject({ stdout: '', stderr: '', exitCode: 0 })
    expect(readFileSync(`${folder.path}/out.p12`)).toEqual(Buffer.concat([before, BINARY]))
  })
})
