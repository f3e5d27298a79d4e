@kubectl-image.exe __complete %*
