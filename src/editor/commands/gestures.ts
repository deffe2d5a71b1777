/** Those that change nothing. */
export const viewingGestures: readonly string[] = ['Comment at a place', 'Pan', 'Zoom']

/** What is done with the pointer, for the sheet of shortcuts and the documentation. */
export const gestures: [string, string][] = [
  ['Add', 'Drag from the palette, or double-click empty canvas'],
  ['Add a step between two others', 'Click + on their line, or drop it there: from the palette, or a step that stands elsewhere'],
  ['Add a step after another', 'Click the ring at its right edge, or drag a line from it to empty canvas'],
  ['Connect', 'Drag from a ring onto what comes next'],
  ['Select several', 'Drag over empty canvas, or Shift-click one after the other'],
  ['Select several by touch', 'Press Select several in the bar, then tap them or draw a box around them; a second tap takes one away'],
  ['Move a step into another function', 'Drag it onto that frame'],
  ['Give a step a function of its own', 'Drag it out to empty canvas'],
  ['Line things up', 'Drag near the edges or middles of others; hold Alt or Ctrl to move freely'],
  ['Rename a step or a source, write a note', 'Double-click it'],
  ['Collapse or expand a function', 'Double-click its frame, or click the arrow in its head'],
  ['Resize a function or a note', 'Select it and drag its lower right corner'],
  ['Comment at a place', 'Press C with nothing selected, then click; drag its mark to move it'],
  ['Pan', 'Scroll, drag with the middle button, or hold Space and drag'],
  ['Zoom', 'Ctrl or ⌘ and scroll, or pinch'],
]
