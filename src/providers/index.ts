import type { CreateProvider } from '../core/types.ts'

/** Scheme → provider. A provider's file is loaded when a template names its scheme, and only then. */
export const PROVIDERS: Readonly<Record<string, () => Promise<{ readonly createProvider: CreateProvider }>>> =
  {
    file: () => import('./file.ts'),
    secret: () => import('./secret.ts'),
  }
