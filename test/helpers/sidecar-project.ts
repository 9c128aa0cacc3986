/** A folder with a file for `render --watch` to make, of a secret in a Vault that can fail. */
import { readFileSync } from 'node:fs'
import { type FaultyVault, openFaultyVault } from './faulty-vault.ts'
import { createFolder, type Folder } from './temporary-folder.ts'

export const FAST = ['--interval', '0.2', '--debounce', '0.05'] as const
export const PAIR = 'app.template:out/app.conf'

export interface SidecarProject extends FaultyVault {
  readonly folder: Folder
  /** What PAIR makes. */
  read(): string
}

/** @param data - of the secret; the file has its field `exported` in it. */
export async function createProject(data: object): Promise<SidecarProject> {
  const vault = await openFaultyVault(data)
  const folder = createFolder()
  folder.write('app.template', `key = "\${vault://secret/${vault.path}#exported}"\n`)
  return {
    ...vault,
    folder,
    read: () => readFileSync(`${folder.path}/out/app.conf`, 'utf8'),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]()
      await vault[Symbol.asyncDispose]()
    },
  }
}
