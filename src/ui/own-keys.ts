/** Selector of what keys are written into or choose from: there they are never meant for the drawing. */
export const takesKeys = 'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"], .monaco-editor'
