import type { editor } from 'monaco-editor/editor';

/** The colours of app/globals.css as Monaco wants them: literal, because Monaco measures contrast itself. */
export const LIGHT_THEME: editor.IStandaloneThemeData = {
  base: 'vs',
  inherit: true,
  rules: [
    { token: 'string.key.json', foreground: '2f5bd7' },
    { token: 'string.value.json', foreground: '0b6b4f' },
    { token: 'number', foreground: '6a3fc4' },
    { token: 'keyword', foreground: '6a3fc4' },
    { token: 'comment', foreground: '656e7d', fontStyle: 'italic' },
    { token: 'delimiter', foreground: '4b5463' },
  ],
  colors: {
    'editor.background': '#ffffff', 'editor.foreground': '#14171c', 'editorLineNumber.foreground': '#656e7d', 'editorLineNumber.activeForeground': '#14171c',
    'editor.lineHighlightBackground': '#f5f7fa', 'editor.lineHighlightBorder': '#00000000', 'editor.selectionBackground': '#cfdcfb', 'editorGutter.background': '#ffffff',
    'editorWidget.background': '#ffffff', 'editorWidget.border': '#d5d9e0', 'editorSuggestWidget.selectedBackground': '#edf2fd', 'editorSuggestWidget.selectedForeground': '#14171c',
    'editorHoverWidget.background': '#ffffff', 'editorHoverWidget.border': '#d5d9e0', 'editorError.foreground': '#b3261e', 'editorWarning.foreground': '#c97800', 'editorInfo.foreground': '#2f5bd7',
    'diffEditor.insertedTextBackground': '#0b6b4f30', 'diffEditor.insertedLineBackground': '#ddf4e6', 'diffEditor.removedTextBackground': '#b3261e2e', 'diffEditor.removedLineBackground': '#fbe1de',
    'editorBracketHighlight.foreground1': '#4b5463', 'editorBracketHighlight.foreground2': '#4b5463', 'editorBracketHighlight.foreground3': '#4b5463',
    'focusBorder': '#2f5bd7', 'scrollbarSlider.background': '#868e9b55', 'editorIndentGuide.background1': '#e6e9ee',
  },
};

export const DARK_THEME: editor.IStandaloneThemeData = {
  base: 'vs-dark',
  inherit: true,
  rules: [
    { token: 'string.key.json', foreground: '9ab5ff' },
    { token: 'string.value.json', foreground: '4fd1a5' },
    { token: 'number', foreground: 'b79cff' },
    { token: 'keyword', foreground: 'b79cff' },
    { token: 'comment', foreground: '8b94a3', fontStyle: 'italic' },
    { token: 'delimiter', foreground: 'aeb6c2' },
  ],
  colors: {
    'editor.background': '#14171c', 'editor.foreground': '#e9ecf1', 'editorLineNumber.foreground': '#8b94a3', 'editorLineNumber.activeForeground': '#e9ecf1',
    'editor.lineHighlightBackground': '#1a1e24', 'editor.lineHighlightBorder': '#00000000', 'editor.selectionBackground': '#2b3f75', 'editorGutter.background': '#14171c',
    'editorWidget.background': '#1b1f26', 'editorWidget.border': '#2c323c', 'editorSuggestWidget.selectedBackground': '#1a2440', 'editorSuggestWidget.selectedForeground': '#e9ecf1',
    'editorHoverWidget.background': '#1b1f26', 'editorHoverWidget.border': '#2c323c', 'editorError.foreground': '#ff8a80', 'editorWarning.foreground': '#f5b450', 'editorInfo.foreground': '#7fa2ff',
    'diffEditor.insertedTextBackground': '#4fd1a52e', 'diffEditor.insertedLineBackground': '#12341f', 'diffEditor.removedTextBackground': '#ff8a8033', 'diffEditor.removedLineBackground': '#471b18',
    'editorBracketHighlight.foreground1': '#aeb6c2', 'editorBracketHighlight.foreground2': '#aeb6c2', 'editorBracketHighlight.foreground3': '#aeb6c2',
    'focusBorder': '#7fa2ff', 'scrollbarSlider.background': '#6b748366', 'editorIndentGuide.background1': '#21262e',
  },
};
