"""The ledger's rows together."""

from __future__ import annotations

from sqlalchemy import Connection

from courseline.adapters.database.deployments import DeploymentRows
from courseline.adapters.database.exposure import ExposureRows
from courseline.adapters.database.history import HistoryRows
from courseline.adapters.database.judgements import JudgementRows
from courseline.adapters.database.operations import OperationRows
from courseline.adapters.database.plans import PlanRows


class PostgresLedger:
    """`usecases.rows.LedgerRows`: each method is what one of the files beside this one does.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        deployments = DeploymentRows(connection)
        history = HistoryRows(connection)
        operations = OperationRows(connection)
        plans = PlanRows(connection)
        exposure = ExposureRows(connection)
        self.deployments = deployments.deployments
        self.save_deployments = deployments.save_deployments
        self.name_actor = deployments.name_actor
        self.append = history.append
        self.head = history.head
        self.history = history.history
        self.chains = history.chains
        self.open_operation = operations.open_operation
        self.start_operation = operations.start_operation
        self.checkpoint = operations.checkpoint
        self.remark = operations.remark
        self.end_operation = operations.end_operation
        self.operation = operations.operation
        self.operations = operations.operations
        self.find_operations = operations.find_operations
        self.operations_like = operations.operations_like
        self.operation_events = operations.operation_events
        self.resumptions = operations.resumptions
        self.save_plan = plans.save_plan
        self.plan = plans.plan
        self.hidden = exposure.hidden
        self.exposures = exposure.exposures
        self.exposed_contents = exposure.exposed_contents
        self.exposure_digest = exposure.exposure_digest
        self.keep_given = exposure.keep_given
        self.expose = exposure.expose
        judgements = JudgementRows(connection)
        self.operation_commits = judgements.operation_commits
        self.judgement = judgements.judgement
        self.content_digests = judgements.content_digests
        self.settled_views = judgements.settled_views
        self.withheld_among = judgements.withheld_among
