export function addStartRecord(file: string): void
