/**
 * Tells what is typed in a field from what is brought into it. Text of an undo or a colleague that came back as an edit
 * would overwrite what they have written since.
 */
export class OwnEdits {
  private bringing = false

  /** The text has changed, by whomever. */
  changed(tell: () => void): void {
    if (!this.bringing) tell()
  }

  /** Changes the text for somebody else. */
  bring(change: () => void): void {
    this.bringing = true
    try {
      change()
    } finally {
      this.bringing = false
    }
  }
}
