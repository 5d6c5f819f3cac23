"""The software bill of materials of a Lambda zip: CycloneDX JSON, the same bytes for the same zip."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from techmoda_ha.errors import HaError

LICENSE_KEYS = ("License-Expression", "License")  # the newer one first
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)
LONGEST_LICENSE_NAME = 100  # characters; some packages give the licence's whole text as its name


@dataclass(frozen=True)
class Ingredient:
    """One package in a zip: its name and version on the package index, and its licence as it says itself."""

    name: str
    version: str
    license_name: str | None

    @classmethod
    def of(cls, distribution: Distribution) -> Ingredient:
        """Return what the metadata of an installed package says."""
        metadata = distribution.metadata
        said = next((metadata[key] for key in LICENSE_KEYS if key in metadata), "")
        first_line = said.strip().split("\n")[0][:LONGEST_LICENSE_NAME]
        return cls(metadata["Name"], distribution.version, first_line or None)

    def component(self) -> Component:
        """Return it as CycloneDX does."""
        name = self.name.lower().replace("_", "-")
        purl = PackageURL("pypi", None, name, self.version)
        licenses = [DisjunctiveLicense(name=self.license_name)] if self.license_name else []
        return Component(
            name=name, version=self.version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl),
            licenses=licenses,
        )  # fmt: skip


def installed_in(folder: Path) -> list[Ingredient]:
    """Return the packages that are installed in a folder, by name."""
    found = (Ingredient.of(one) for one in distributions(path=[str(folder)]))
    return sorted(found, key=lambda one: one.name.lower())


def write_sbom(function: str, sha256: str, ingredients: Iterable[Ingredient], file: Path) -> None:
    """Write the bill of materials of the zip with that digest.

    Its serial number is made of the digest and its time is that of the zip's entries, so whoever builds the
    same zip gets the same file. Raises HaError when it cannot be written.
    """
    zip_file = Component(
        name=function, version=sha256[:12], type=ComponentType.APPLICATION, bom_ref=function,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )  # fmt: skip
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{sha256}"))
    bom.metadata = BomMetaData(component=zip_file, timestamp=NO_TIME)
    components = [one.component() for one in ingredients]
    bom.components.update(components)
    bom.register_dependency(zip_file, components)
    try:
        file.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")
    except OSError as error:
        raise HaError(
            f"The SBOM could not be written: {error}", "Free space or rights, then rerun."
        ) from error
