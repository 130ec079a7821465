import { type Editor, getMarkRange } from '@tiptap/core';
import { h } from '../base/h.ts';
import { normalizeLink } from '../document/link/normalize-link.ts';

export interface LinkForm {
  readonly element: HTMLElement;
  /** Opens on the selection, or on the whole link that the caret is in. */
  open(): void;
}

/** Asks for the address of a link, between the toolbar and the text. */
export function createLinkForm(editor: Editor, word: (key: string) => string): LinkForm {
  const address = h('input', {
    type: 'url',
    part: 'link-address',
    'aria-label': word('address'),
    placeholder: word('addressHint'),
    'aria-describedby': 'link-fault',
    oninput: () => complain(false),
  });
  const fault = h('p', { id: 'link-fault', role: 'alert' });
  const remove = h(
    'button',
    { type: 'button', onclick: () => close((chain) => chain.unsetLink()) },
    word('removeLink'),
  );
  const element = h(
    'form',
    {
      class: 'link-form',
      part: 'link-form',
      hidden: true,
      novalidate: true,
      'aria-label': word('link'),
      onkeydown: (event) => {
        if ((event as KeyboardEvent).key !== 'Escape') return;
        event.preventDefault();
        close();
      },
    },
    address,
    h('button', { type: 'submit', class: 'primary', onclick: set }, word('setLink')),
    remove,
    h('button', { type: 'button', onclick: () => close() }, word('cancel')),
    fault,
  );

  /** Enter in the field clicks the button, too. Where a frame’s sandbox has no `allow-forms`, no form hears `submit`. */
  function set(event: Event): void {
    event.preventDefault();
    const href = normalizeLink(address.value);
    if (href === null) complain(true);
    else apply(href);
  }

  function complain(isWrong: boolean): void {
    address.setAttribute('aria-invalid', String(isWrong));
    fault.textContent = isWrong ? word('badAddress') : '';
  }

  function close(change?: (chain: ReturnType<Editor['chain']>) => ReturnType<Editor['chain']>): void {
    element.hidden = true;
    editor.view.focus();
    change?.(editor.chain()).run();
  }

  function apply(href: string): void {
    const label = href.replace(/^(mailto:|https?:\/\/)/, '');
    const linked = { type: 'text', text: label, marks: [{ type: 'link', attrs: { href } }] };
    close((chain) =>
      editor.state.selection.empty ? chain.insertContent(linked).unsetMark('link') : chain.setLink({ href }),
    );
  }

  return {
    element,
    open() {
      if (!editor.isEditable) return;
      const linkType = editor.schema.marks.link;
      const range = linkType === undefined ? undefined : getMarkRange(editor.state.selection.$from, linkType);
      if (range !== undefined) editor.commands.setTextSelection(range);
      const { href } = editor.getAttributes('link');
      address.value = typeof href === 'string' ? href : '';
      remove.hidden = address.value === '';
      complain(false);
      element.hidden = false;
      address.focus();
      address.select();
    },
  };
}
