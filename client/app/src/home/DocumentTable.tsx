import type { DocumentInfo } from '@quire/client';
import { DocumentRow } from './DocumentRow.tsx';

interface DocumentTableProps {
  readonly documents: readonly DocumentInfo[];
  readonly onRename: (document: DocumentInfo) => void;
  readonly onDelete: (document: DocumentInfo) => void;
}

export function DocumentTable({ documents, onRename, onDelete }: DocumentTableProps) {
  return (
    <div className="sheet">
      <table className="documents" aria-label="Documents">
        <thead>
          <tr>
            <th scope="col">Title</th>
            <th scope="col" className="documents-time">
              Last change
            </th>
            <th scope="col" className="documents-size">
              Size
            </th>
            <th scope="col" className="documents-actions">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {documents.map((document) => (
            <DocumentRow key={document.name} document={document} onRename={onRename} onDelete={onDelete} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
