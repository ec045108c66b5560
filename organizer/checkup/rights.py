"""What `sign` may do in the database, tried in its place."""

from organizer import CannotDo
from organizer.checkup.finding import Verdict
from organizer.checkup.project import Project
from organizer.google_api import GoogleApi

SCOPE = "https://www.googleapis.com/auth/datastore"
LIFETIME = "300s"  # ours: three requests take seconds


def rights_of_sign(project: Project) -> Verdict | None:
    """
    Read, list and delete as `sign`; it must be refused the last two. Nothing is changed.

    Sources: cloud.google.com/iam/docs/reference/credentials/rest/v1,
    cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents
    """
    if "sign" not in project.functions:
        return None
    firestore = _stand_in(project)
    petition = (
        f"/v1/projects/{project.id}/databases/{project.database}/documents"
        f"/petitions/{project.petition}"
    )
    if firestore.request("GET", petition).status_code not in (200, 404):
        return False, "it cannot read, so nobody can sign; deploy again, and wait two minutes."
    # Of a document that there is not, and must be: allowed or not, nothing is deleted.
    nothing = f"{petition}/lanes/nothing?currentDocument.exists=true"
    tried = {
        "list": firestore.request("GET", f"{petition}/signers?pageSize=1").status_code,
        "delete": firestore.request("DELETE", nothing).status_code,
    }
    allowed = [deed for deed, status in tried.items() if status != 403]
    if allowed:
        return False, (
            f"it may {' and '.join(allowed)}, which it never needs: take roles that are not ours "
            f"from {_account(project)} in the console."
        )
    return True, "it may read, and neither list nor delete."


def _stand_in(project: Project) -> GoogleApi:
    account = _account(project)
    answer = project.api("iamcredentials").call(
        "POST",
        f"/v1/projects/-/serviceAccounts/{account}:generateAccessToken",
        {"scope": [SCOPE], "lifetime": LIFETIME},
        role=f"roles/iam.serviceAccountTokenCreator on the account {account}",
    )
    if answer is None:
        raise CannotDo(f"there is no account {account}; deploy again.")
    return project.api("firestore", token=answer["accessToken"])


def _account(project: Project) -> str:
    return f"petition-sign@{project.id}.iam.gserviceaccount.com"
