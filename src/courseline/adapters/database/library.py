"""The library's rows together."""

from __future__ import annotations

from sqlalchemy import Connection

from courseline.adapters.database.credentials import RepositoryCredentialRows
from courseline.adapters.database.dependencies import DependencyRows
from courseline.adapters.database.examples import ExampleRows
from courseline.adapters.database.inventory import InventoryRows
from courseline.adapters.database.labelling import LabelRows
from courseline.adapters.database.publishing import PublishingRows
from courseline.adapters.database.repositories import RepositoryRows
from courseline.adapters.database.versions import VersionRows


class PostgresLibrary:
    """`usecases.rows.LibraryRows`: each method is what one of the files beside this one does.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        repositories = RepositoryRows(connection)
        versions = VersionRows(connection)
        examples = ExampleRows(connection, versions.labels)
        publishing = PublishingRows(connection)
        labelling = LabelRows(connection, versions.labels)
        self.repository = repositories.repository
        self.add_repository = repositories.add_repository
        self.repositories = repositories.repositories
        credentials = RepositoryCredentialRows(connection)
        self.credential = credentials.credential
        self.save_credential = credentials.save_credential
        self.drop_credential = credentials.drop_credential
        self.example = examples.example
        self.examples = examples.examples
        self.find = examples.find
        self.cards = examples.cards
        self.seen = versions.seen
        self.current = versions.current
        self.highest_label = versions.highest_label
        self.given = versions.given
        self.labels = versions.labels
        self.labels_among = versions.labels_among
        self.versions = versions.versions
        self.version_facts = versions.version_facts
        self.with_files = versions.with_files
        self.version_by_tree = versions.version_by_tree
        self.add_versions = publishing.add_versions
        self.add_labels = labelling.add_labels
        self.label_again = labelling.label_again
        self.withdraw = labelling.withdraw
        self.reinstate = labelling.reinstate
        inventory = InventoryRows(connection)
        self.inventory = inventory.inventory
        self.identities = inventory.identities
        self.link_dependencies = DependencyRows(connection, examples).link_dependencies
