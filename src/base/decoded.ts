/** A percent-encoded part of an address as text; as it is where a % in it stands for itself. */
export function decodedOrAsIs(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
