import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useLayoutEffect } from 'react';
import type { Align } from './place-popover.ts';
import { usePopover } from './use-popover.ts';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly className?: string;
  readonly keys?: string;
  /** Given: the item is one of several choices. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

interface MenuButtonProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly className: string;
  readonly align?: Align;
  readonly tooltip?: string;
  readonly tabIndex?: number;
  readonly children: ReactNode;
}

export function MenuButton({ label, items, className, align, tooltip, tabIndex, children }: MenuButtonProps) {
  const popover = usePopover({ align: align ?? 'start' });
  const { open, shown, contentRef } = popover;

  useLayoutEffect(() => {
    if (!shown) return;
    const menu = contentRef.current;
    const start = menu?.querySelector<HTMLElement>('[aria-checked=true]') ?? menu?.querySelector('button');
    start?.focus();
  }, [shown, contentRef]);

  function choose(item: MenuItem): void {
    // First the menu: closing gives the focus back to its button, and what was chosen may want it elsewhere.
    popover.close();
    item.onSelect();
  }

  return (
    <>
      <button
        type="button"
        ref={popover.triggerRef}
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        data-tooltip={tooltip}
        tabIndex={tabIndex}
        {...popover.triggerProps}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          popover.show();
        }}
      >
        {children}
      </button>
      <div
        ref={contentRef}
        className="popover menu"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={moveInMenu}
        {...popover.contentProps}
      >
        {open &&
          items.map((item) => (
            <button
              type="button"
              key={item.id}
              {...roleOf(item)}
              className={`menu-item ${item.className ?? ''}`}
              tabIndex={-1}
              onClick={() => choose(item)}
            >
              {item.icon}
              <span className="menu-item-label">{item.label}</span>
              {item.keys !== undefined && <kbd>{item.keys}</kbd>}
              {item.checked === true && <Check className="menu-item-check" aria-hidden />}
            </button>
          ))}
      </div>
    </>
  );
}

function roleOf({ checked }: MenuItem) {
  return checked === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': checked };
}

function moveInMenu(event: KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = nextInMenu(event, items, at);
  if (next === undefined) {
    // Leaving by Tab closes it, as in any menu.
    if (event.key === 'Tab') event.currentTarget.hidePopover();
    return;
  }
  event.preventDefault();
  next.focus();
}

function nextInMenu(event: KeyboardEvent, items: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return items[(at + 1) % items.length];
    case 'ArrowUp':
      return items.at((at <= 0 ? items.length : at) - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default: {
      if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.key === ' ') return undefined;
      const letter = event.key.toLocaleLowerCase();
      const startsWithIt = (item: HTMLElement) => item.textContent.trim().toLocaleLowerCase().startsWith(letter);
      return [...items.slice(at + 1), ...items.slice(0, at + 1)].find(startsWithIt);
    }
  }
}
