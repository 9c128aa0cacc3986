import type { Inspect } from '../../core/types.ts'

/** Scheme → what `doctor` tells of a store. */
export const INSPECTORS: Readonly<Record<string, () => Promise<{ readonly inspect: Inspect }>>> = {
  file: () => import('./file.ts'),
  secret: () => import('./secret.ts'),
  sops: () => import('./sops.ts'),
  secretsmanager: () => import('./secrets-manager.ts'),
  ssm: () => import('./ssm.ts'),
  vault: () => import('./vault.ts'),
  azurekv: () => import('./azure.ts'),
}
