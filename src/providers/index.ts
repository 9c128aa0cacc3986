import type { CreateProvider, CreateWriter } from '../core/types.ts'
import { createProvider as createFileProvider } from './file.ts'
import { createProvider as createSecretProvider } from './secret.ts'

/** Providers that need no waiting and are as small as loading them later would cost. */
export const LOCAL_PROVIDERS: Readonly<Record<string, CreateProvider>> = {
  file: createFileProvider,
  secret: createSecretProvider,
}

/** Scheme → provider. A provider's file is loaded when a template names its scheme, and only then. */
export const PROVIDERS: Readonly<Record<string, () => Promise<{ readonly createProvider: CreateProvider }>>> =
  {
    file: async () => ({ createProvider: createFileProvider }),
    secret: async () => ({ createProvider: createSecretProvider }),
    sops: () => import('./sops.ts'),
    secretsmanager: () => import('./secrets-manager.ts'),
    ssm: () => import('./ssm.ts'),
    vault: () => import('./vault.ts'),
    azurekv: () => import('./azure-key-vault.ts'),
  }

/** Scheme → writer, for the stores that can be written. Loaded by the verbs that write, list and tell versions. */
export const WRITERS: Readonly<Record<string, () => Promise<{ readonly createWriter: CreateWriter }>>> = {
  sops: () => import('./sops-writer.ts'),
  secretsmanager: () => import('./secrets-manager-writer.ts'),
  ssm: () => import('./ssm-writer.ts'),
  vault: () => import('./vault-writer.ts'),
  azurekv: () => import('./azure-key-vault-writer.ts'),
}
