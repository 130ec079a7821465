import { normalizeLink } from '@quire/widgets/document';
import { ExternalLink, Unlink } from 'lucide-react';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { LinkEditor } from './use-link-editor.ts';

export function LinkPopover({ link }: { readonly link: LinkEditor }) {
  const { contentRef, contentProps, open } = link.popover;
  return (
    <div ref={contentRef} className="popover link-popover" role="dialog" aria-label="Link" {...contentProps}>
      {open && <LinkForm link={link} />}
    </div>
  );
}

function LinkForm({ link }: { readonly link: LinkEditor }) {
  const [typed, setTyped] = useState(link.address);
  const [invalid, setInvalid] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const errorId = useId();

  const { shown } = link.popover;
  useLayoutEffect(() => {
    if (!shown) return;
    input.current?.focus();
    input.current?.select();
  }, [shown]);

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const address = normalizeLink(typed);
        if (address === null) setInvalid(true);
        else link.apply(address);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        link.cancel();
      }}
    >
      <div className="link-row">
        <input
          ref={input}
          type="url"
          className="link-input"
          aria-label="Address"
          placeholder="Paste or type an address"
          value={typed}
          aria-invalid={invalid}
          aria-describedby={invalid ? errorId : undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            setInvalid(false);
          }}
        />
        <button type="submit" className="button is-primary">
          {link.address === '' ? 'Add link' : 'Save'}
        </button>
        {link.address !== '' && (
          <>
            <a
              className="icon-button"
              href={link.address}
              target="_blank"
              rel="noopener noreferrer"
              aria-label="Open link"
              data-tooltip="Open link"
            >
              <ExternalLink aria-hidden />
            </a>
            <button
              type="button"
              className="icon-button"
              aria-label="Remove link"
              data-tooltip="Remove link"
              onClick={link.remove}
            >
              <Unlink aria-hidden />
            </button>
          </>
        )}
      </div>
      {invalid && (
        <p id={errorId} className="field-error" role="alert">
          That is not a web or mail address.
        </p>
      )}
    </form>
  );
}
