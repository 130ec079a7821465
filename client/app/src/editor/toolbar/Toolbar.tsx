import { type Editor, useEditorState } from '@tiptap/react';
import { ChevronDown, Link as LinkIcon, Redo2, Undo2 } from 'lucide-react';
import { Fragment, useRef } from 'react';
import { nameKeys } from '../../ui/key-names.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { focusText } from '../focus-text.ts';
import { useUndoState } from '../undo/use-undo-state.ts';
import { blockStyles } from './block-styles.ts';
import { formatGroups } from './format-commands.ts';
import { useRovingFocus } from './roving-focus.ts';
import { ToolbarButton } from './ToolbarButton.tsx';

interface ToolbarProps {
  readonly editor: Editor;
  readonly onEditLink: () => void;
}

export function Toolbar({ editor, onEditLink }: ToolbarProps) {
  const ref = useRef<HTMLDivElement>(null);
  const roving = useRovingFocus(ref, () => focusText(editor));
  /** The text has the focus again before it changes, so that typing can go on at once. */
  function act(change: (editor: Editor) => boolean): void {
    focusText(editor);
    change(editor);
  }

  const { canUndo, canRedo } = useUndoState(editor);
  const { active, style } = useEditorState({ editor, selector: ({ editor: current }) => readFormats(current) });

  return (
    <div ref={ref} className="toolbar" role="toolbar" aria-label="Formatting" aria-controls="document-text" {...roving}>
      <div className="toolbar-group">
        <ToolbarButton
          label="Undo"
          keys="Mod-z"
          Icon={Undo2}
          disabled={!canUndo}
          onPress={() => act((current) => current.commands.undo())}
        />
        <ToolbarButton
          label="Redo"
          keys="Mod-Shift-z"
          Icon={Redo2}
          disabled={!canRedo}
          onPress={() => act((current) => current.commands.redo())}
        />
      </div>
      <hr className="toolbar-rule" aria-orientation="vertical" />
      <div className="toolbar-group">
        <MenuButton
          label={`Paragraph style: ${style}`}
          tooltip="Paragraph style"
          className="button is-quiet style-button"
          items={blockStyles.map((block) => ({
            id: block.id,
            label: block.label,
            keys: nameKeys(block.keys),
            className: `style-item is-${block.id}`,
            checked: block.label === style,
            onSelect: () => act(block.apply),
          }))}
        >
          <span>{style}</span>
          <ChevronDown aria-hidden />
        </MenuButton>
      </div>
      {formatGroups.map((group) => (
        <Fragment key={group[0]?.id}>
          <hr className="toolbar-rule" aria-orientation="vertical" />
          <div className="toolbar-group">
            {group.map((command) => (
              <ToolbarButton
                key={command.id}
                label={command.label}
                keys={command.keys}
                Icon={command.Icon}
                pressed={active.includes(command.id)}
                onPress={() => act(command.toggle)}
              />
            ))}
          </div>
        </Fragment>
      ))}
      <hr className="toolbar-rule" aria-orientation="vertical" />
      <div className="toolbar-group">
        <ToolbarButton
          label="Link"
          keys="Mod-k"
          Icon={LinkIcon}
          pressed={active.includes('link')}
          onPress={onEditLink}
        />
      </div>
    </div>
  );
}

function readFormats(editor: Editor): { active: readonly string[]; style: string } {
  const active = formatGroups.flat().filter((command) => command.isActive(editor));
  const style = blockStyles.find((block) => block.isActive(editor));
  return {
    active: [...active.map((command) => command.id), ...(editor.isActive('link') ? ['link'] : [])],
    style: style?.label ?? (editor.isActive('codeBlock') ? 'Code' : 'Body text'),
  };
}
