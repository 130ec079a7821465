import type { DocumentInfo } from '@quire/client';
import { Ellipsis, ExternalLink, Link2, PencilLine, Trash2, TriangleAlert } from 'lucide-react';
import { Link } from '../Link.tsx';
import { documentPath } from '../routes.ts';
import { copyText } from '../ui/copy-text.ts';
import { MenuButton, type MenuItem } from '../ui/MenuButton.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { announce } from '../ui/toasts.ts';
import { nameForPeople } from './document-words.ts';
import { formatSize } from './format-size.ts';

interface DocumentRowProps {
  readonly document: DocumentInfo;
  readonly onRename: (document: DocumentInfo) => void;
  readonly onDelete: (document: DocumentInfo) => void;
}

export function DocumentRow({ document, onRename, onDelete }: DocumentRowProps) {
  const { title, detail } = nameForPeople(document);
  const path = documentPath(document.name);
  const items: readonly MenuItem[] = [
    { id: 'rename', label: 'Rename', icon: <PencilLine aria-hidden />, onSelect: () => onRename(document) },
    { id: 'copy', label: 'Copy link', icon: <Link2 aria-hidden />, onSelect: () => void copyLink(path) },
    { id: 'tab', label: 'Open in new tab', icon: <ExternalLink aria-hidden />, onSelect: () => openTab(path) },
    {
      id: 'delete',
      label: 'Delete',
      icon: <Trash2 aria-hidden />,
      className: 'is-danger',
      onSelect: () => onDelete(document),
    },
  ];
  return (
    <tr>
      <td>
        <Link href={path} className="documents-title">
          {title}
        </Link>
        {detail !== null && <span className="documents-detail">{detail}</span>}
        {document.damaged && (
          <span className="documents-damaged">
            <TriangleAlert aria-hidden />
            The server’s record of this document is damaged
          </span>
        )}
      </td>
      <td className="documents-time">
        <RelativeTime iso={document.edited} />
      </td>
      <td className="documents-size">{formatSize(document.size)}</td>
      <td className="documents-actions">
        <MenuButton label={`More for ${title}`} items={items} className="icon-button" align="end">
          <Ellipsis aria-hidden />
        </MenuButton>
      </td>
    </tr>
  );
}

async function copyLink(path: string): Promise<void> {
  const copied = await copyText(new URL(path, location.href).href);
  if (copied) announce('Link copied.');
  else announce('This browser does not let the page copy the link.', 'bad');
}

function openTab(path: string): void {
  window.open(path, '_blank', 'noopener');
}
