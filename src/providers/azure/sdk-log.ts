import { AzureLogger } from '@azure/logger'

/** DEBUG and AZURE_LOG_LEVEL would have the clients write to standard error, past core/log.ts. */
export function silenceSdk(): void {
  AzureLogger.log = () => {}
}
